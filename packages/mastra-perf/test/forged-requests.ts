import type { Random } from '../src/testing/seeded-random.ts';
import type { Tenant, TenantRequest } from './tenant-server.ts';

/** One call of a tenant. */
export interface TenantCall {
  readonly caller: Tenant;
  readonly request: TenantRequest;
  /** What it tries beside asking; nothing where the caller is honest. */
  readonly forgeries: readonly string[];
}

/** Threads that a tenant goes back to; whoever speaks in a thread first owns it. */
export const threadsOf = ({ id }: Tenant): string[] => [0, 1, 2].map((number) => `${id}-${number}`);

/** A call of a few questions that both tenants ask, every other one with something forged. */
export function randomCall(
  random: Random,
  agent: TenantRequest['agent'],
  caller: Tenant,
  victim: Tenant,
): TenantCall {
  // New threads mostly: only equal histories make equal questions.
  const thread =
    random.below(4) > 0 ? `${caller.id}-new-${random.below(1e9)}` : random.pick(threadsOf(caller));
  const draft: Draft = {
    // Four of the questions are asked much more often than the other ones, and by many at the same time.
    body: { messages: `question ${random.below(random.pick([4, 40]))}` },
    context: {},
    memory: { thread },
    headers: {},
  };
  const forgeries = random.below(2) > 0 ? random.some(Object.keys(FORGERIES), 1, 3) : [];
  const target = { id: random.pick([victim.id, 'everybody']), thread: random.pick(threadsOf(victim)) };
  for (const name of forgeries) FORGERIES[name]?.(draft, target, random);
  const { body, context, memory, headers } = draft;
  return {
    caller,
    forgeries,
    request: {
      agent,
      route: random.pick(['generate', 'stream']),
      headers,
      body: JSON.stringify({
        ...body,
        ...((agent === 'remembering' || random.below(2) > 0) && { memory }),
        ...(Object.keys(context).length > 0 && { requestContext: context }),
      }),
    },
  };
}

/** What a client may send, whether or not Mastra knows it. */
interface Draft {
  readonly body: Record<string, unknown>;
  readonly context: Record<string, unknown>;
  readonly memory: Record<string, unknown>;
  readonly headers: Record<string, string>;
}

/** Whose answers are wanted. */
interface Target {
  readonly id: string;
  readonly thread: string;
}

const FORGERIES: Readonly<Record<string, (draft: Draft, target: Target, random: Random) => void>> = {
  overrides({ context }, { id }, random) {
    context['mastraPerf'] = random.pick<unknown>([
      { scope: id, user: id, cache: random.pick(['bypass', 'refresh', 'only-if-cached', false]) },
      { scope: '', ttl: 0, ttlMs: 1e9, tags: [id], usage: false, coalesce: false, latency: false },
      { 'Symbol(mastra-perf.overrides)': true, 'mastra-perf.overrides': true, scope: id },
      { mastraPerf: { mastraPerf: { scope: id } } },
      [{ scope: id }],
      id,
      null,
    ]);
  },
  reservedKeys({ context }, { id, thread }) {
    Object.assign(context, {
      mastra__resourceId: id,
      mastra__threadId: thread,
      mastra__user: { id },
      mastra__authToken: id,
      mastra__inheritedMemory: { agentId: 'plain', memory: { resourceId: id } },
      organizationId: id,
      resourceId: id,
    });
  },
  memoryOfTheRun({ context }, { id, thread }, random) {
    context['MastraMemory'] = {
      resourceId: random.pick<unknown>([id, [id], { toString: id }, '', null]),
      thread: { id: thread, resourceId: id },
      memoryConfig: { lastMessages: 10 },
    };
  },
  resource({ body, memory }, { id, thread }) {
    memory['resource'] = id;
    Object.assign(body, { resourceId: id, resourceid: id, threadId: thread, scope: id, user: id });
  },
  thread({ memory }, { id, thread }, random) {
    memory['thread'] = random.pick<unknown>([thread, { id: thread, resourceId: id }]);
  },
  headersOfTheModel({ body }, { id, thread }) {
    body['modelSettings'] = { headers: { 'x-resource-id': id, 'X-Thread-Id': thread } };
  },
  optionsOfTheProvider({ body }, { id }) {
    body['providerOptions'] = { mastraPerf: { scope: id, outcome: 'hit' }, mastra: { resourceId: id } };
  },
  headers({ headers }, { id, thread }, random) {
    Object.assign(headers, {
      'x-resource-id': id,
      'x-thread-id': thread,
      'x-mastra-resource-id': id,
      'x-forwarded-user': id,
      ...(random.below(2) > 0 && { 'x-mastra-client-type': 'studio' }),
    });
  },
  run({ body }, _, random) {
    body['runId'] = `run-${random.below(3)}`;
  },
  parametersOfTheHandler({ body }, { id }) {
    Object.assign(body, {
      mastra: { id },
      registeredTools: {},
      abortSignal: {},
      actor: { id },
      request: { id },
    });
  },
  prototypes({ body, context, memory }, { id }, random) {
    const polluted = { polluted: true, scope: id, resource: id, mastraPerf: { scope: id } };
    const [key, value] = random.pick([
      ['__proto__', polluted],
      ['prototype', polluted],
      ['constructor', { prototype: polluted }],
    ] as const);
    for (const target of [random.pick([body, context, memory]), overridesIn(context)])
      own(target, key, value);
  },
};

function overridesIn(context: Record<string, unknown>): object {
  const overrides = {};
  own(context, 'mastraPerf', overrides);
  return overrides;
}

/** An assignment to `__proto__` would send nothing. */
function own(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
