import { InMemoryStore } from '@mastra/core/storage';
import { expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { BatchAnswer } from '../src/batch/batch-item.ts';
import { MessageBatcher } from '../src/batch/message-batcher.ts';
import type { MessageBatcherOptions } from '../src/batch/options.ts';
import { answerTo, batchWorld, type BatchWorld } from './batch-world.ts';

const once = { generateOptions: { modelSettings: { maxRetries: 0 } }, maxWaitMs: 20 } as const;

const textsOf = ({ requests }: BatchWorld, call: number): string[] =>
  (requests[call]?.messages ?? []).map(({ role, text }) => `${role}: ${text}`);
const rolesOf = async (world: BatchWorld, thread: string): Promise<unknown[]> =>
  (await world.stored(thread)).map(({ role, content }) => [role, content.content]);
const tokensBy = async ({ perf }: BatchWorld) => {
  await perf.flush();
  const rows = await perf.usage.report({ by: ['resource'] });
  return Object.fromEntries(rows.map(({ resource, spent }) => [resource, spent.inputTokens]));
};
const errorOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

it('goes on with what is in the thread, and leaves normal exchanges there', async () => {
  await using world = await batchWorld();
  await using batcher = new MessageBatcher(world.agent, once);
  const ask = (message: string) => batcher.process('t', message, { resource: 'r' });
  await Promise.all([ask('first'), ask('second')]);
  await ask('third');
  expect(textsOf(world, 1)).toEqual([
    'system: Answer briefly.',
    expect.stringContaining('Several messages are answered at once here'),
    'user: first',
    `assistant: ${answerTo('first')}`,
    'user: second',
    `assistant: ${answerTo('second')}`,
    expect.stringMatching(/^user: \{"items":\[\n\{"id":"[a-z2-9]{8}","message":"third"\}\n\]\}$/),
  ]);
  world.provider.configure({ answer: () => ({ text: 'plain' }) });
  await world.agent.generate('by itself', { memory: { thread: 't', resource: 'r' } });
  expect(await rolesOf(world, 't')).toEqual([
    ['user', 'first'],
    ['assistant', answerTo('first')],
    ['user', 'second'],
    ['assistant', answerTo('second')],
    ['user', 'third'],
    ['assistant', answerTo('third')],
    ['user', 'by itself'],
    ['assistant', 'plain'],
  ]);
});

it('stores messages of several threads each in its own, reads none of them, and is billed to their resource', async () => {
  await using world = await batchWorld();
  await using batcher = new MessageBatcher(world.agent, { ...once, keyBy: 'resource' });
  const answers = await Promise.all(
    ['t', 'u', 't'].map((thread, n) => batcher.process(thread, `m${n}`, { resource: 'r' })),
  );
  await Promise.all(['t', 'u'].map((thread) => batcher.process(thread, 'again', { resource: 'r' })));
  expect(world.requests).toHaveLength(2);
  expect(textsOf(world, 1)).toHaveLength(3);
  expect(await rolesOf(world, 't')).toEqual([
    ['user', 'm0'],
    ['assistant', answerTo('m0')],
    ['user', 'm2'],
    ['assistant', answerTo('m2')],
    ['user', 'again'],
    ['assistant', answerTo('again')],
  ]);
  expect(await rolesOf(world, 'u')).toHaveLength(4);
  expect(answers.map(({ response }) => response)).toEqual(['m0', 'm1', 'm2'].map(answerTo));
  expect(await tokensBy(world)).toEqual({ r: world.provider.totals().inputTokens });
});

it('leaves the thread alone that an agent has by default', async () => {
  await using world = await batchWorld({ defaultThread: 'default' });
  await using batcher = new MessageBatcher(world.agent, { ...once, keyBy: 'resource' });
  await Promise.all(['t', 'u'].map((thread) => batcher.process(thread, 'm', { resource: 'r' })));
  expect(world.requests).toHaveLength(1);
  expect(await rolesOf(world, 'default')).toEqual([]);
  expect(await rolesOf(world, 'u')).toHaveLength(2);
});

it('bills nobody, and reads nobody’s memory, when the key of its user mixes resources', async () => {
  await using world = await batchWorld();
  await using batcher = new MessageBatcher(world.agent, { ...once, keyBy: () => 'tenant' });
  await Promise.all(['r', 's'].map((resource) => batcher.process(`of-${resource}`, 'm', { resource })));
  expect(world.requests[0]?.headers).not.toHaveProperty('x-resource-id');
  const tokens = await tokensBy(world);
  expect(Object.keys(tokens)).toHaveLength(1);
  expect(tokens).not.toHaveProperty('r');
  expect(tokens).not.toHaveProperty('s');
  for (const resource of ['r', 's'])
    expect((await world.stored(`of-${resource}`)).map((one) => one.resourceId)).toEqual([resource, resource]);
});

it('can bill such a batch to whom its user says', async () => {
  await using world = await batchWorld({ memory: false });
  await using batcher = new MessageBatcher(world.agent, {
    ...once,
    keyBy: () => 'acme',
    requestContext: ({ key }) => world.perf.context({ user: key }),
  });
  await Promise.all(['r', 's'].map((resource) => batcher.process(`of-${resource}`, 'm', { resource })));
  await world.perf.flush();
  const rows = await world.perf.usage.report({ by: ['user'] });
  expect(rows.map(({ user }) => user)).toEqual(['acme']);
});

it('names the resource of an agent without a memory, so that its budget holds', async () => {
  await using world = await batchWorld({
    memory: false,
    perf: { usage: { budgets: [{ per: 'resource', limitCalls: 1, window: 'day' }] } },
  });
  await using batcher = new MessageBatcher(world.agent, once);
  const ask = (resource: string) => batcher.process(`of-${resource}`, 'm', { resource });
  await ask('r');
  expect(await errorOf(ask('r'))).toMatchObject({ code: 'MASTRA_PERF_BATCH', reason: 'failed' });
  await ask('s');
  expect(world.requests).toHaveLength(2);
});

it('gives answers that cannot be stored, and tells of it', async () => {
  const storage = new InMemoryStore();
  await using world = await batchWorld({ storage });
  const told: unknown[] = [];
  const options: MessageBatcherOptions = {
    ...once,
    onError: (error, { threadId }) => told.push([threadId, error]),
  };
  await using batcher = new MessageBatcher(world.agent, options);
  const memory = await world.agent.getMemory();
  const away = new Error('away');
  memory!.saveMessages = () => Promise.reject(away);
  const answer = await batcher.process('t', 'm', { resource: 'r' });
  expect(answer.response).toBe(answerTo('m'));
  expect(told).toEqual([['t', away]]);
  expect(await world.stored('t')).toEqual([]);
});

it('gives answers whose storing hangs when their time is up', async () => {
  await using world = await batchWorld();
  const told: unknown[] = [];
  const batcher = new MessageBatcher(world.agent, {
    ...once,
    timeout: 1000,
    onError: (error) => told.push(String(error)),
  });
  const memory = await world.agent.getMemory();
  memory!.saveMessages = () => new Promise(() => undefined);
  expect((await batcher.process('t', 'm', { resource: 'r' })).response).toBe(answerTo('m'));
  await batcher.close();
  expect(told).toEqual([expect.stringContaining('no answer within 1000 ms')]);
});

it('neither reads nor writes a thread of another resource', async () => {
  await using world = await batchWorld();
  await using own = new MessageBatcher(world.agent, once);
  await own.process('of-alice', 'secret', { resource: 'alice' });
  expect(await errorOf(own.process('of-alice', 'm', { resource: 'bob' }))).toMatchObject({
    code: 'MASTRA_PERF_BATCH',
    reason: 'failed',
  });
  expect(await errorOf(own.process('of-alice', 'm'))).toMatchObject({ reason: 'failed' });
  const told: unknown[] = [];
  await using shared = new MessageBatcher(world.agent, {
    ...once,
    keyBy: 'resource',
    onError: (error) => told.push(String(error)),
  });
  await Promise.all(['of-alice', 'of-bob'].map((thread) => shared.process(thread, 'm', { resource: 'bob' })));
  expect(told).toEqual([expect.stringContaining('is of another resource')]);
  expect(await rolesOf(world, 'of-alice')).toHaveLength(2);
  expect(await rolesOf(world, 'of-bob')).toHaveLength(2);
  for (const request of world.requests.slice(1))
    expect(JSON.stringify(request.messages)).not.toContain('secret');
});

it('leaves threads alone when it is told to', async () => {
  await using world = await batchWorld();
  await using batcher = new MessageBatcher(world.agent, { ...once, memory: false });
  await batcher.process('t', 'm', { resource: 'r' });
  await batcher.process('t', 'm', { resource: 'r' });
  expect(textsOf(world, 1)).toHaveLength(3);
  expect(await world.stored('t')).toEqual([]);
  expect(await tokensBy(world)).toHaveProperty('r');
});

it('answers in the shape of a schema, which the model is told, and stores what it said', async () => {
  await using world = await batchWorld({
    answer: (items) => ({
      text: JSON.stringify({
        answers: items.map(({ id }) => ({ id, response: { label: 'good' }, confidence: 0.5 })),
      }),
    }),
  });
  const schema = z.object({ label: z.enum(['good', 'bad']).transform((label) => label.length) });
  await using batcher = new MessageBatcher(world.agent, { ...once, schema });
  const answer = await batcher.process('t', 'm', { resource: 'r' });
  expectTypeOf(answer).toEqualTypeOf<BatchAnswer<{ label: number }>>();
  expect(answer).toMatchObject({ response: { label: 4 }, confidence: 0.5 });
  expect(JSON.stringify(world.requests[0]?.responseFormat)).toContain('"enum":["good","bad"]');
  expect(await rolesOf(world, 't')).toEqual([
    ['user', 'm'],
    ['assistant', '{"label":"good"}'],
  ]);
  expectTypeOf(new MessageBatcher(world.agent)).toEqualTypeOf<MessageBatcher<string>>();
});

it('asks again, alone, for what the model has left out or broken off', async () => {
  await using world = await batchWorld({
    answer(items, call) {
      const answers = items.map(({ id, message }) => ({ id, response: answerTo(message), confidence: 1 }));
      const text = JSON.stringify({ answers });
      return { text: call === 1 ? text.slice(0, text.indexOf('third') + 2) : text };
    },
  });
  await using batcher = new MessageBatcher(world.agent, once);
  const messages = ['first', 'second', 'third', 'fourth'];
  const answers = await Promise.all(messages.map((one) => batcher.process('t', one, { resource: 'r' })));
  expect(answers.map(({ response }) => response)).toEqual(messages.map(answerTo));
  expect(batcher.stats()).toMatchObject({ calls: 3, retried: 2 });
  const stored = (await rolesOf(world, 't')).filter((_, n) => n % 2 === 0);
  expect(stored, 'in the order of arrival').toEqual(messages.map((one) => ['user', one]));
});
