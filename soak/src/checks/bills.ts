import type { RoundResult, UsageRow } from '../round-result.ts';
import type { LoggedRequest } from '../world/house-provider.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

/** Usage goes to the ledger at most so long after the answer: 250 ms, and one write. */
const ON_THE_WAY_MS = 2000;
/** An estimate is about the size of what was sent, never so many times the largest true one. */
const ESTIMATE_BOUND = 2;

interface Bill {
  /** What is certainly billed and certainly not more. */
  whole: Sum;
  /** Answered wholly, but so late in the life of a killed process that nobody knows. */
  unsure: Sum;
  /** Refused, broken off or left in the middle. */
  cut: number;
}
interface Sum {
  calls: number;
  inputTokens: number;
  outputTokens: number;
}
const nothing = (): Sum => ({ calls: 0, inputTokens: 0, outputTokens: 0 });

/** The log of the provider is the ledger, for each user, agent, process and phase by itself. */
export function bills(round: RoundResult): Verdict {
  const diedAt = new Map(round.killed.map(({ name, at }) => [name, at]));
  const agents = new Map(round.calls.map(({ id, agent }) => [id, agent]));
  const billed = new Map<string, Bill>();
  let largest = 0;
  for (const request of round.requests) {
    const { by, entry } = request;
    const key =
      entry.endpoint === 'embeddings'
        ? EMBEDDINGS
        : keyOf([by.process, by.phase, agents.get(by.call), by.user]);
    const bill = billed.get(key) ?? { whole: nothing(), unsure: nothing(), cut: 0 };
    billed.set(key, bill);
    largest = Math.max(largest, entry.inputTokens, entry.outputTokens);
    if (!isWhole(request)) bill.cut++;
    else add(isUnsure(request, diedAt) ? bill.unsure : bill.whole, entry);
  }

  const ledger = ledgerByKey(round.usage);
  const wrong: string[] = [];
  const bound = largest * ESTIMATE_BOUND;
  for (const key of new Set([...billed.keys(), ...ledger.keys()]))
    wrong.push(...disagreements(key, billed.get(key), ledger.get(key), bound));
  const all = [...billed.values()];
  const sum = (of: (bill: Bill) => number): string =>
    counted(all.reduce((total, bill) => total + of(bill), 0));
  const estimated = round.usage.reduce((total, { estimatedCalls }) => total + estimatedCalls, 0);
  const usd = round.usage.reduce((total, { spent }) => total + spent.usd, 0);
  const reused = round.usage.reduce((total, { hits, stale, shared }) => total + hits + stale + shared, 0);
  const figures = [
    `${sum(({ whole }) => whole.calls)} requests with ${sum(({ whole }) => whole.inputTokens + whole.outputTokens)} tokens`,
    `$${usd.toFixed(2)}`,
    `${counted(billed.size)} groups`,
    `${sum(({ cut }) => cut)} refused or cut off, ${counted(estimated)} of them estimated`,
    `${sum(({ unsure }) => unsure.calls)} in the last ${ON_THE_WAY_MS / 1000} s of a killed process`,
    `${counted(reused)} calls without a request`,
  ];
  return verdict("provider's log = ledger", figures.join(', '), wrong);
}

/** Documents have no user, and texts of several users go in one request. */
const EMBEDDINGS = 'embeddings';
const keyOf = (parts: ReadonlyArray<string | undefined>): string => parts.join(' / ');

const isWhole = ({ entry }: LoggedRequest): boolean =>
  entry.status === 200 && !entry.aborted && entry.broken !== true && entry.endedMs !== undefined;

function isUnsure({ by, entry }: LoggedRequest, diedAt: ReadonlyMap<string, number>): boolean {
  const at = diedAt.get(by.process);
  return at !== undefined && entry.startedAt + (entry.endedMs ?? 0) > at - ON_THE_WAY_MS;
}

function add(to: Sum, { inputTokens, outputTokens }: Omit<Sum, 'calls'>): void {
  to.calls++;
  to.inputTokens += inputTokens;
  to.outputTokens += outputTokens;
}

interface Booked extends Sum {
  estimated: number;
}

function ledgerByKey(rows: readonly UsageRow[]): ReadonlyMap<string, Booked> {
  const ledger = new Map<string, Booked>();
  for (const {
    purpose,
    labels,
    agent,
    resource,
    modelCalls,
    embeddingCalls,
    estimatedCalls,
    spent,
  } of rows) {
    const key =
      purpose === 'embedding' ? EMBEDDINGS : keyOf([labels?.['process'], labels?.['phase'], agent, resource]);
    // A request is counted once, its tokens for all whose texts were in it.
    if (modelCalls + embeddingCalls + spent.inputTokens === 0) continue;
    const booked = ledger.get(key) ?? { ...nothing(), estimated: 0 };
    ledger.set(key, booked);
    booked.calls += modelCalls + embeddingCalls;
    booked.estimated += estimatedCalls;
    booked.inputTokens += spent.inputTokens;
    booked.outputTokens += spent.outputTokens;
  }
  return ledger;
}

function disagreements(
  key: string,
  bill: Bill | undefined,
  booked: Booked | undefined,
  bound: number,
): string[] {
  const { whole, unsure, cut } = bill ?? { whole: nothing(), unsure: nothing(), cut: 0 };
  const found = booked ?? { ...nothing(), estimated: 0 };
  // A user who leaves before the provider was asked is a call of the ledger with nothing in it.
  const spare = { calls: cut + found.estimated, tokens: found.estimated * bound };
  const limits = [
    ['calls', spare.calls] as const,
    ['inputTokens', spare.tokens] as const,
    ['outputTokens', spare.tokens] as const,
  ];
  return limits.flatMap(([figure, free]) => {
    const atLeast = whole[figure] - free;
    const atMost = whole[figure] + unsure[figure] + free;
    if (found[figure] >= atLeast && found[figure] <= atMost) return [];
    const expected = atLeast === atMost ? atMost : `${atLeast} to ${atMost}`;
    return [`${key}: ${found[figure]} ${figure} in the ledger, ${expected} at the provider`];
  });
}
