import type { Clock } from '../base/clock.ts';
import { normalizerOf } from '../base/normalize.ts';
import type { EmbedCall } from '../pipeline/embedder-proxy.ts';
import { WrongAnswer } from './check-answer.ts';
import { EmbeddingError } from './embedding-error.ts';
import { keyOf, spaceOf } from './embedding-key.ts';
import type { Failed, Flight, Waiter } from './flight.ts';
import type { Lane } from './lane.ts';
import type { EmbeddingSettings } from './options.ts';
import { orAborted } from '../base/or-aborted.ts';
import type { Come } from './reply.ts';
import type { Spaces } from './spaces.ts';
import type { VectorMemory } from './vector-memory.ts';

/** What a call asks for. */
export interface Plan {
  readonly call: EmbedCall;
  readonly space: string;
  /** Of each of its texts, in order. */
  readonly keys: readonly string[];
  /** Each text once, with the place where it comes first. */
  readonly texts: ReadonlyMap<string, { readonly text: string; readonly index: number }>;
  readonly ttlMs: number;
  readonly waitMs: number;
}

/** @throws what the caller's `normalize` throws, or for options that cannot be told apart from others. */
export function planOf(call: EmbedCall, { ttl, normalize, batchWait }: Required<EmbeddingSettings>): Plan {
  const normalizer = normalizerOf(normalize);
  const space = spaceOf(call, normalizer?.kind);
  const keys = call.request.values.map((text) => keyOf(space, text, normalizer));
  const texts = new Map<string, { readonly text: string; readonly index: number }>();
  call.request.values.forEach((text, index) => {
    const key = keys[index] as string;
    if (!texts.has(key)) texts.set(key, { text, index });
  });
  return { call, space, keys, texts, ttlMs: ttl, waitMs: batchWait };
}

export interface GatherDeps {
  readonly memory: Pick<VectorMemory, 'get' | 'stamp' | 'isCurrent'>;
  readonly spaces: Pick<Spaces, 'accepts' | 'renew' | 'renewed'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly lane: () => Lane;
}

/** A text that failed because of another caller's is asked for again so often. */
const TRIES = 3;

/**
 * The vectors of a call: from memory, from the store, or from the model. All of them are of one length, or the call is made anew, once.
 *
 * @throws the reason of the caller's signal; the provider's error; EmbeddingError where it is certain which of several texts is bad.
 */
export async function gatherTexts(
  plan: Plan,
  me: Waiter,
  deps: GatherDeps,
): Promise<ReadonlyMap<string, Come>> {
  const { memory, spaces } = deps;
  for (let isLast = false; ; isLast = true) {
    const begun = memory.stamp();
    const come = await gatherOnce(plan, me, deps);
    const odd = firstOdd(plan, come);
    if (odd === undefined) return come;
    if (isLast)
      throw new EmbeddingError(
        odd,
        plan.keys.length,
        'the model answers it with a vector of another length than the first text',
      );
    await (memory.isCurrent(begun, plan.space) ? spaces.renew(plan.space) : spaces.renewed(plan.space));
  }
}

async function gatherOnce(
  plan: Plan,
  me: Waiter,
  { memory, spaces, clock, lane: laneOf }: GatherDeps,
): Promise<Map<string, Come>> {
  const { space, texts, ttlMs, waitMs, call } = plan;
  const { abortSignal } = call.request;
  abortSignal?.throwIfAborted();
  const come = new Map<string, Come>();
  let missing: string[] = [];
  for (const key of texts.keys()) {
    const known = memory.get(key);
    const isGood = known && clock.now() - known.madeAt < ttlMs && spaces.accepts(space, known.vector.length);
    if (isGood) come.set(key, { embedded: known, tier: 'l1' });
    else missing.push(key);
  }
  for (let tries = 1; missing.length > 0; tries++) {
    const lane = laneOf();
    const flights = missing.map((key) => lane.want(me, key, texts.get(key)?.text ?? ''));
    lane.depart(waitMs);
    const failures = await land(flights, me, lane, come, abortSignal);
    const mine = failures.filter(({ failed: { blamed } }) => tries === TRIES || !blamed || blamed.has(me));
    if (mine.length > 0) throw errorOf(mine, plan);
    missing = missing.filter((key) => !come.has(key));
    if (tries === TRIES && missing.length > 0) throw new Error('texts were asked for and never answered');
  }
  return come;
}

interface FailedText {
  readonly key: string;
  readonly failed: Failed;
}

/** Waits for all of them, or until one fails for this caller: then only for those that the model is being asked for already. */
async function land(
  flights: readonly Flight[],
  me: Waiter,
  lane: Lane,
  come: Map<string, Come>,
  signal: AbortSignal | undefined,
): Promise<FailedText[]> {
  const failures: FailedText[] = [];
  const leaveUntaken = (): void => {
    for (const flight of flights) if (!flight.isTaken) lane.leave(me, flight);
  };
  const all = Promise.all(
    flights.map(async ({ key, outcome }) => {
      const settled = await outcome;
      if (settled === 'left') return;
      if ('landed' in settled) return void come.set(key, settled.landed);
      const { failed } = settled;
      failures.push({ key, failed });
      if (!failed.blamed || failed.blamed.has(me)) leaveUntaken();
    }),
  );
  try {
    await orAborted(all, signal);
  } catch (reason) {
    for (const flight of flights) lane.leave(me, flight);
    throw reason;
  }
  return failures;
}

/** What is known for certain comes first, then the first in the order of the texts. */
function errorOf(failures: readonly FailedText[], { texts, keys }: Plan): unknown {
  const [first] = failures.toSorted(
    (a, b) => Number(b.failed.isOwn) - Number(a.failed.isOwn) || indexIn(a) - indexIn(b),
  ) as [FailedText];
  function indexIn({ key }: FailedText): number {
    return texts.get(key)?.index ?? 0;
  }
  const { error, isOwn } = first.failed;
  if (error instanceof WrongAnswer) return new EmbeddingError(indexIn(first), keys.length, error.message);
  if (!isOwn || keys.length === 1) return error;
  const problem = error instanceof Error ? error.message : String(error);
  return new EmbeddingError(indexIn(first), keys.length, problem, { cause: error });
}

function firstOdd({ keys }: Plan, come: ReadonlyMap<string, Come>): number | undefined {
  const lengthAt = (index: number): number | undefined =>
    come.get(keys[index] as string)?.embedded.vector.length;
  for (let index = 1; index < keys.length; index++) if (lengthAt(index) !== lengthAt(0)) return index;
  return undefined;
}
