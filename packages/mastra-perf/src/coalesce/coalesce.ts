import type { Clock } from '../base/clock.ts';
import type { Middleware, ModelCall, Next, Reply } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';
import { freshIdentity } from '../pipeline/fresh-identity.ts';
import { mapReader } from '../pipeline/reader.ts';
import { flight, type Flight } from './flight.ts';
import type { CoalesceSettings } from './options.ts';

export interface CoalesceDeps {
  readonly clock: Clock;
  /** Settings of the agent that calls; `false` when coalescing is off for it. */
  readonly settingsOf: (call: ModelCall) => CoalesceSettings | false;
  /** This moment, on a clock of its own. */
  readonly stamp: () => number;
  /** Whether what was asked at that moment still answers this call: nothing of it was invalidated since. */
  readonly isCurrent: (call: ModelCall, stamp: number) => boolean;
  /**
   * Calls with other tags fly apart. An answer that another process has begun earlier is looked up by the tags of one call,
   * and nobody can tell whether it is right by those of another.
   * @default false
   */
  readonly apartByTags?: boolean;
}

interface Begun {
  readonly flight: Flight;
  readonly stamp: number;
  /** One call aboard for each list of tags: whose call reaches the model, the answer goes by the tags of that. */
  readonly byTags: Map<string, ModelCall>;
}

/**
 * Single-flight: equal calls that are under way at the same time share one call to the model. Everyone streams live from
 * the first part on; who gives up leaves alone; if the model refuses the shared call, the others try once more, together.
 *
 * A generate call lets everything run that is ready before it asks the model. A burst arrives within that time, and if
 * somebody in it wants a stream, that call is the one made: an answer that is not streamed cannot be shared live. Alone, a
 * generate call reaches the model as a generate call.
 */
export function coalesce({
  clock,
  settingsOf,
  stamp,
  isCurrent,
  apartByTags = false,
}: CoalesceDeps): Middleware {
  const flights = new Map<string, Begun>();

  const begin = (key: string): Begun => {
    const over = (): void => {
      if (flights.get(key) === begun) flights.delete(key);
    };
    const begun: Begun = { flight: flight(clock.monotonic, over), stamp: stamp(), byTags: new Map() };
    flights.set(key, begun);
    return begun;
  };

  const fly = async (call: ModelCall, next: Next, key: string): Promise<Reply> => {
    const { abortSignal } = call.request;
    const under = flights.get(key);
    const joins = under && [call, ...under.byTags.values()].every((one) => isCurrent(one, under.stamp));
    const { flight: mine, byTags } = joins ? under : begin(key);
    byTags.set(tagsOf(call), call);
    const place = mine.board({
      signal: abortSignal,
      streams: call.method === 'stream',
      ask: (signal) => next({ ...call, request: { ...call.request, abortSignal: signal } }),
    });
    if (call.method === 'generate' && !mine.started())
      await Promise.race([clock.settled(), place.catch(() => undefined)]);
    if (!isAborted(abortSignal)) mine.start();
    const { reply, isPilot, savedMs } = await place;
    return isPilot ? reply : follow(call, reply, savedMs, clock);
  };

  return {
    name: 'coalesce',
    async run(call, next) {
      const mode = call.overrides.cache;
      if (mode === 'bypass' || settingsOf(call) === false) return next();
      // Who asks for a fresh answer may share one with others who do, but not one that was begun before they asked.
      const question = mode === 'refresh' ? `${call.key()} refresh` : call.key();
      return fly(call, next, apartByTags ? `${question} ${tagsOf(call)}` : question);
    },
  };
}

const tagsOf = ({ overrides }: ModelCall): string => JSON.stringify(overrides.tags ?? []);

function follow(call: ModelCall, reply: Reply, savedMs: number, clock: Clock): Reply {
  call.facts.outcome = { name: 'shared', savedMs };
  return { ...reply, parts: mapReader(reply.parts, freshIdentity(clock.now())) };
}
