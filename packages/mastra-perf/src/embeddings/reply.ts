import type { EmbedReply } from '../pipeline/embedder-proxy.ts';
import { OUTCOME_NAMESPACE } from '../pipeline/outcome.ts';
import type { Landed, Waiter } from './flight.ts';
import { unpacked, type Embedded } from './vector.ts';

/** The vector of a text, and where it came from. */
export type Come = { readonly embedded: Embedded; readonly tier: 'l1' } | Landed;

/** What a caller gets for his texts, and what others have saved him. */
export interface Composed {
  readonly reply: EmbedReply;
  /** Texts that were in memory, in the store, and those that somebody else had asked for, repetitions included. */
  readonly l1: number;
  readonly l2: number;
  readonly shared: number;
  /** Tokens that embedding these would have cost. */
  readonly savedTokens: number;
}

/**
 * The answer to one caller: vectors in his order, the tokens of the texts that were asked for him. What else a provider says of a request
 * is told only where all of it was his.
 */
export function composeReply(keys: readonly string[], come: ReadonlyMap<string, Come>, me: Waiter): Composed {
  const counts = { l1: 0, l2: 0, shared: 0 };
  const paid = new Set<string>();
  let tokens = 0;
  let savedTokens = 0;
  let isCounted = true;
  const embeddings = keys.map((key) => {
    const one = come.get(key) as Come;
    const answer = 'tier' in one ? undefined : one.answer;
    if (answer?.payer === me && !paid.has(key)) {
      paid.add(key);
      tokens += one.embedded.tokens;
      isCounted &&= answer.isCounted;
    } else {
      counts['tier' in one ? 'l1' : answer ? 'shared' : 'l2']++;
      savedTokens += one.embedded.tokens;
    }
    return unpacked(one.embedded.vector);
  });
  const whole = wholeAnswer(come, me);
  const usage = isCounted ? { tokens } : undefined;
  const { l1, l2, shared } = counts;
  const told =
    l1 + l2 + shared > 0
      ? { [OUTCOME_NAMESPACE]: { texts: keys.length, fromCache: l1 + l2, shared } }
      : undefined;
  if (whole && !told) return { reply: { ...whole, embeddings }, ...counts, savedTokens };
  const { providerMetadata, ...rest }: Partial<EmbedReply> = whole ?? { warnings: [] };
  const reply = {
    ...rest,
    embeddings,
    ...(usage && { usage }),
    ...(told && { providerMetadata: { ...(providerMetadata as object | undefined), ...told } }),
  };
  return { reply, ...counts, savedTokens };
}

/** The one request that was made for nobody else; `undefined` if there were several, or none. */
function wholeAnswer(come: ReadonlyMap<string, Come>, me: Waiter): EmbedReply | undefined {
  const answers = [...come.values()].flatMap((one) => ('tier' in one || !one.answer ? [] : [one.answer]));
  const [first] = answers;
  if (!first) return undefined;
  const { reply, upstream } = first;
  const isMine = answers.every((one) => one.upstream === upstream && one.payer === me);
  const isAll = upstream.flights.every(({ waiters }) => waiters.size === 1 && waiters.has(me));
  return isMine && isAll ? reply : undefined;
}
