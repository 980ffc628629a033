import type { Clock } from '../base/clock.ts';
import { settled, testClock } from '../base/test-clock.ts';
import type { Reply } from '../pipeline/call.ts';
import { readAll } from '../pipeline/collect.ts';
import { compose } from '../pipeline/compose.ts';
import type { StreamPart } from '../pipeline/parts.ts';
import { answerOf, callOf, handDriven, type CallSettings, type HandDriven } from '../pipeline/test-calls.ts';
import type { Rates } from '../stores/rates.ts';
import type { LimitEvent } from './call-queue.ts';
import { createLimits, type LimitDeps } from './limits.ts';
import type { AgentLimitSettings, ModelLimitSettings } from './options.ts';

/*
 * Limits in front of a model whose every call a test answers by hand. Imported only by tests.
 */

export interface Upstream {
  /** The question. */
  readonly text: string;
  /** On the steady clock. */
  readonly at: number;
  readonly parts: HandDriven;
  answer(...parts: StreamPart[]): void;
  /** Answers with this usage, and ends. */
  finish(usage?: { readonly inputTokens: number; readonly outputTokens: number }): void;
  refuse(error: unknown): void;
}

export interface LimitSetting {
  readonly models?: Readonly<Record<string, ModelLimitSettings>>;
  readonly settings?: AgentLimitSettings | false;
  readonly deps?: Partial<LimitDeps>;
  readonly clock?: ReturnType<typeof testClock>;
}

export type Asking = Omit<CallSettings, 'request'> & {
  readonly signal?: AbortSignal;
  readonly maxOutputTokens?: number;
};

/** `ratesOn` makes the rates of a process: this room may not make a store. */
export const limitsWith = (ratesOn: (clock: Clock) => Rates) => (setting?: LimitSetting) =>
  setUp(ratesOn, setting);

function setUp(
  ratesOn: (clock: Clock) => Rates,
  { models = {}, settings = {}, deps, clock = testClock() }: LimitSetting = {},
) {
  const events: LimitEvent[] = [];
  const faults: unknown[] = [];
  const upstreams: Upstream[] = [];
  const limits = createLimits({
    clock,
    random: () => 1,
    models,
    settingsOf: () => settings,
    shared: undefined,
    own: ratesOn(clock),
    tell: (event) => void events.push(event),
    fault: (_, error) => void faults.push(error),
    ...deps,
  });
  const run = compose([limits.middleware], (_, error) => void faults.push(error));

  const ask = (text: string, { signal, maxOutputTokens, ...given }: Asking = {}) => {
    const call = callOf(
      {
        invoke: ({ prompt, abortSignal }) => {
          const begun = Promise.withResolvers<Reply>();
          const parts = handDriven();
          const answer = (...said: StreamPart[]): void => {
            begun.resolve({ head: {}, parts });
            parts.push(...said);
          };
          abortSignal?.addEventListener('abort', () => {
            begun.reject(abortSignal.reason);
            parts.fail(abortSignal.reason);
          });
          upstreams.push({
            text: String(prompt[0]?.content),
            at: clock.monotonic(),
            parts,
            answer,
            finish(usage = { inputTokens: 10, outputTokens: 5 }) {
              answer(...answerOf('yes', { usage }));
              parts.end();
            },
            refuse: begun.reject,
          });
          return begun.promise;
        },
      },
      {
        ...given,
        request: {
          prompt: [{ role: 'user', content: text }],
          ...(signal && { abortSignal: signal }),
          ...(maxOutputTokens !== undefined && { maxOutputTokens }),
        },
      },
    );
    const reply = run(call);
    reply.catch(() => undefined); // tests look when they want to
    return { reply, facts: call.facts, read: () => reply.then(readAll), ended: () => endOf(reply) };
  };

  return {
    clock,
    limits,
    events,
    faults,
    upstreams,
    ask,
    /** The questions that have reached the model. */
    asked: () => upstreams.map(({ text }) => text),
    /** Time passes, and what waits for it goes on. */
    async pass(ms: number, stepMs = 10) {
      for (let left = ms; left > 0; left -= stepMs) {
        clock.advance(Math.min(left, stepMs));
        await settled();
      }
    },
  };
}

/** How a call stands: what it failed with, or that it was answered or still waits. */
async function endOf(reply: Promise<Reply>): Promise<unknown> {
  let end: unknown = 'waiting';
  reply.then(
    () => (end = 'answered'),
    (error: unknown) => (end = error),
  );
  await settled();
  return end;
}

/** As AI SDK providers reject. */
export const refusalOf = (
  statusCode: number,
  responseHeaders: Readonly<Record<string, string>> = {},
): Error =>
  Object.assign(new Error(`status ${statusCode}`), { statusCode, responseHeaders, isRetryable: true });
