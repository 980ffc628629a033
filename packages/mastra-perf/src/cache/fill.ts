import type { Clock } from '../base/clock.ts';
import type { Events } from '../events.ts';
import type { CallFacts, Middleware, ModelCall } from '../pipeline/call.ts';
import { answerWriter } from '../pipeline/answer-text.ts';
import { errorOfPart } from '../pipeline/failure.ts';
import { observe, type EndStatus } from '../pipeline/observe.ts';
import { isFinish, type StreamPart } from '../pipeline/parts.ts';
import { bytesOf, type Answer } from './answer.ts';
import { freshnessOf } from './freshness.ts';
import { modeOf } from './mode.ts';
import { namesOf } from './names.ts';
import { CACHE_DEFAULTS, type CacheSettings } from './options.ts';
import { storableCheck } from './storable.ts';
import { jittered, type Begun, type Tiers } from './tiers.ts';

export interface FillDeps {
  readonly tiers: Tiers;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
  /** Settings of the agent that calls; `false` when its cache is off. */
  readonly settingsOf: (call: ModelCall) => CacheSettings | false;
  readonly fault: (where: string, error: unknown) => void;
  readonly maxEntryBytes: number;
  /** What the look-up noted before it let the call go on. */
  readonly begun: (facts: CallFacts) => Begun | Promise<Begun>;
}

/**
 * Stores what the model answers. It sits behind coalescing, next to the model, so that an answer is stored once however
 * many callers share it, and also when the first of them has left.
 */
export function fill({
  tiers,
  clock,
  random,
  events,
  settingsOf,
  fault,
  maxEntryBytes,
  begun,
}: FillDeps): Middleware {
  /** Why an answer is not kept, or that other processes can read it. */
  const keep = (
    call: ModelCall,
    answer: Answer,
    since: Begun,
    settings: CacheSettings,
    replaces: boolean,
  ) => {
    const { agent } = call.caller;
    const key = call.key();
    const { revalidateMs, errorMs } = freshnessOf(call, settings);
    const usefulMs = answer.freshMs + Math.max(revalidateMs, errorMs);
    const bytes = bytesOf(answer);
    const { result, shared } =
      bytes > maxEntryBytes
        ? { result: 'too-large' as const, shared: Promise.resolve(false) }
        : tiers.keep(key, answer, since, usefulMs, replaces);
    if (result === 'stored') events.emit('stored', { agent, key, bytes, ttlMs: answer.freshMs });
    else events.emit('notStored', { agent, key, reason: result });
    return shared;
  };

  return {
    name: 'cache.fill',
    async run(call, next) {
      const settings = settingsOf(call);
      const mode = modeOf(call, settings);
      if (settings === false || mode === 'off' || mode === 'bypass') return next();
      const begin = begun(call.facts);
      const since = begin instanceof Promise ? await begin : begin; // an answer is as old as what was known before it was asked for
      const asked = clock.monotonic();
      const decided = Promise.withResolvers<boolean>();
      call.facts.shared = decided.promise;
      let reply;
      try {
        reply = await next();
      } catch (error) {
        decided.resolve(false);
        throw error;
      }
      const writer = answerWriter();
      const check = storableCheck(call.request, settings.storeTruncated ?? CACHE_DEFAULTS.storeTruncated);
      let kept = true;
      let finished = false;

      const store = (): Promise<boolean> => {
        const key = call.key();
        const { agent } = call.caller;
        const reason = call.facts.unlike ?? check.refusal();
        if (reason !== undefined) {
          events.emit('notStored', { agent, key, reason });
          return Promise.resolve(false);
        }
        const made: Answer = {
          text: writer.text(),
          names: namesOf(key, agent, call.overrides.tags),
          storedAt: clock.now(),
          freshMs: jittered(freshnessOf(call, settings).ttlMs, random),
          tookMs: clock.monotonic() - asked,
        };
        return keep(call, made, since, settings, mode === 'refresh');
      };
      const observer = {
        part: (part: StreamPart) => {
          if (!kept || errorOfPart(part)) return; // with an error in it, it is not stored, and that may be anything
          kept = false; // stays so if the part cannot be kept
          writer.add(part);
          check.see(part);
          kept = true;
          finished ||= isFinish(part);
        },
        // Whoever stops reading after the last part has got all of the answer.
        end: (status: EndStatus) => {
          const complete = kept && (status === 'ok' || (status === 'aborted' && finished));
          try {
            decided.resolve(complete ? store() : false);
          } catch (error) {
            decided.resolve(false);
            throw error;
          }
        },
      };
      return { ...reply, parts: observe(reply.parts, observer, (error) => fault('cache.fill', error)) };
    },
  };
}
