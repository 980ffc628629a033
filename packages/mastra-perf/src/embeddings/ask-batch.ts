import { splitWhole } from '../base/split-whole.ts';
import type { EmbedCall, EmbedReply, EmbedRequest } from '../pipeline/embedder-proxy.ts';
import { unlikeMost, WrongAnswer, wrongWith, wrongWithVector } from './check-answer.ts';
import type { Failed, Flight, Upstream, Waiter } from './flight.ts';
import { isOfTheTexts } from './is-of-the-texts.ts';
import { likelyTokens } from './request-limits.ts';
import { packed, type Embedded } from './vector.ts';

export interface AskBatchDeps {
  /** Around each request to the model. */
  readonly count: (call: EmbedCall, ask: () => PromiseLike<EmbedReply>) => Promise<EmbedReply>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A vector has come. Before whoever waits for it learns of it. */
  readonly landed: (flight: Flight, embedded: Embedded) => void;
  /** Nobody waits for it, or it has failed. */
  readonly gone: (flight: Flight) => void;
}

/** Why a request has failed as a whole. */
interface Problem {
  readonly error: unknown;
  /** Asking for its texts apart from each other may succeed. */
  readonly isOfTheTexts: boolean;
}

/**
 * Asks the model for texts that wait together. When the request fails in a way that can be due to one of them it is halved, and so on,
 * so that a bad text fails alone, with two more requests per halving at most. Where that does not find it, those who wait are asked for
 * apart, as they would have been without a batch. Settles every flight; never rejects.
 */
export async function askBatch(batch: readonly Flight[], deps: AskBatchDeps): Promise<void> {
  let spare = 2 * Math.ceil(Math.log2(batch.length));

  const part = async (flights: readonly Flight[]): Promise<void> => {
    const live = waitedFor(flights, deps);
    const problem = await askOnce(live, deps);
    if (!problem) return;
    if (live.length <= 1 || !problem.isOfTheTexts) return failAll(live, problem, deps);
    if (spare >= 2) {
      spare -= 2;
      const middle = Math.ceil(live.length / 2);
      await part(live.slice(0, middle));
      return part(live.slice(middle));
    }
    const groups = byWaiters(live);
    if (groups.length === 1) return failAll(live, problem, deps);
    for (const group of groups) {
      const alone = waitedFor(group, deps);
      const again = await askOnce(alone, deps);
      if (again) failAll(alone, again, deps);
    }
  };
  await part(batch);
}

function waitedFor(flights: readonly Flight[], { gone }: AskBatchDeps): Flight[] {
  return flights.filter((flight) => {
    if (flight.waiters.size > 0) return true;
    gone(flight);
    flight.settle('left');
    return false;
  });
}

/** Settles those that have a vector, or a wrong one of their own; the rest is told as a problem of all of them. */
async function askOnce(flights: readonly Flight[], deps: AskBatchDeps): Promise<Problem | undefined> {
  const [lead] = flights[0]?.waiters ?? [];
  if (!lead) return undefined;
  const controller = new AbortController();
  const upstream: Upstream = { flights, waiters: inAll(flights), controller };
  for (const flight of flights) flight.upstream = upstream;
  const request: EmbedRequest = {
    ...lead.call.request,
    values: flights.map(({ text }) => text),
    abortSignal: controller.signal,
  };
  const shares = () =>
    flights.map(({ waiters, bytes }) => {
      const [payer = lead] = waiters;
      return { caller: payer.call.caller, overrides: payer.call.overrides, weight: bytes };
    });
  let reply: EmbedReply;
  try {
    reply = await deps.count({ ...lead.call, request, shares }, () => lead.ask(request));
  } catch (error) {
    return { error, isOfTheTexts: isOfTheTexts(error) };
  }
  const wrong = wrongWith(reply, flights.length);
  if (wrong) return { error: wrong, isOfTheTexts: true };
  return land(reply, upstream, deps);
}

function land(reply: EmbedReply, upstream: Upstream, deps: AskBatchDeps): Problem | undefined {
  const { flights } = upstream;
  const good: { readonly flight: Flight; readonly embedded: Embedded }[] = [];
  const reported = reportedTokens(reply.usage);
  const weights = flights.map(({ bytes }) => bytes);
  const all = weights.reduce((sum, bytes) => sum + bytes, 0);
  const tokens = splitWhole(reported ?? likelyTokens(all), weights);
  const madeAt = deps.now();
  flights.forEach((flight, at) => {
    const numbers = reply.embeddings[at] as readonly number[];
    const error = wrongWithVector(numbers);
    if (error) return fail(flight, { error, isOwn: true }, deps);
    good.push({ flight, embedded: { vector: packed(numbers), tokens: tokens[at] ?? 0, madeAt } });
  });
  const odd = unlikeMost(good.map(({ embedded }) => embedded.vector.length));
  if (odd.length > 0) {
    const error = new WrongAnswer('the model answered vectors of different lengths to one request');
    good.forEach(({ flight }, at) => fail(flight, { error, isOwn: odd.includes(at) }, deps));
    return undefined;
  }
  for (const { flight, embedded } of good) {
    deps.landed(flight, embedded);
    const [payer] = flight.waiters;
    const answer = { reply, upstream, isCounted: reported !== undefined, payer };
    flight.settle({ landed: { embedded, answer } });
  }
  return undefined;
}

function failAll(flights: readonly Flight[], { error, ...problem }: Problem, deps: AskBatchDeps): void {
  const isOwn = flights.length === 1 && problem.isOfTheTexts;
  const blamed = problem.isOfTheTexts && !isOwn ? flights[0]?.upstream?.waiters : undefined;
  for (const flight of flights) fail(flight, { error, isOwn, ...(blamed && { blamed }) }, deps);
}

function fail(flight: Flight, failed: Failed, { gone }: AskBatchDeps): void {
  gone(flight);
  flight.settle({ failed });
}

const inAll = (flights: readonly Flight[]): Set<Waiter> =>
  new Set([...(flights[0]?.waiters ?? [])].filter((one) => flights.every(({ waiters }) => waiters.has(one))));

/** Texts for which the same callers wait: what fails for one of them fails for all of these. */
function byWaiters(flights: readonly Flight[]): Flight[][] {
  const names = new Map<Waiter, number>();
  const nameOf = (waiter: Waiter): number => {
    const name = names.get(waiter) ?? names.size;
    names.set(waiter, name);
    return name;
  };
  const groups = new Map<string, Flight[]>();
  for (const flight of flights) {
    const name = [...flight.waiters].map(nameOf).toSorted().join();
    groups.set(name, [...(groups.get(name) ?? []), flight]);
  }
  return [...groups.values()];
}

function reportedTokens(usage: unknown): number | undefined {
  const tokens: unknown =
    typeof usage === 'object' && usage !== null && 'tokens' in usage ? usage.tokens : undefined;
  return typeof tokens === 'number' && Number.isFinite(tokens) && tokens >= 0 ? tokens : undefined;
}
