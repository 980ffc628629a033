import { spoken } from './conversations.ts';
import type { Asked, Embedded } from './embedded.ts';
import { partsOf, type SentMessage } from './o200k.ts';
import type { Strategy } from './strategies.ts';

export const KEEP_LAST = 6;

/** Of one way to make prompts, over all questions. */
export interface EvidenceSum {
  questions: number;
  /** Of each question the share of its evidence that was kept, added up. */
  evidence: number;
  /** The same of the last messages. */
  last: number;
  /** Prompts over the budget. */
  over: number;
  tokens: number;
  ms: number;
}

export const noEvidence = (): EvidenceSum => ({
  questions: 0,
  evidence: 0,
  last: 0,
  over: 0,
  tokens: 0,
  ms: 0,
});

/** Adds what was counted elsewhere. */
export function addEvidence(sum: EvidenceSum, other: EvidenceSum): void {
  for (const what of Object.keys(sum) as (keyof EvidenceSum)[]) sum[what] += other[what];
}

const share = (ids: readonly string[], isKept: (id: string) => boolean): number =>
  ids.length === 0 ? 1 : ids.filter(isKept).length / ids.length;

/** Counts a prompt: a message is kept if its text is in it, word for word. */
export function countPrompt(
  sum: EvidenceSum,
  { conversation: { messages } }: Embedded,
  { evidence }: Asked,
  sent: {
    readonly prompt: readonly SentMessage[];
    readonly tokens: number;
    readonly budget: number;
    readonly ms: number;
  },
): void {
  const text = sent.prompt.flatMap(partsOf).join('\n');
  const texts = new Map(messages.map((message) => [message.id, spoken(message).trim()]));
  add(
    sum,
    sent,
    share(evidence, isIn),
    share(
      messages.slice(-KEEP_LAST).map(({ id }) => id),
      isIn,
    ),
  );

  function isIn(id: string): boolean {
    return text.includes(texts.get(id) ?? '\0');
  }
}

/** Counts what a strategy chooses of a conversation, for all of its questions. */
export function countStrategy(
  sum: EvidenceSum,
  strategy: Strategy,
  embedded: Embedded,
  budget: number,
): void {
  const { conversation, vectors, asked } = embedded;
  const { messages } = conversation;
  const choose = strategy.prepare(conversation, vectors);
  for (const question of asked) {
    const begun = performance.now();
    const places = choose(question, budget);
    const ms = performance.now() - begun;
    const ids = new Set(places.map((place) => messages[place]?.id));
    const tokens = places.reduce((all, place) => all + (messages[place]?.tokens ?? 0), 0);
    const isIn = (id: string): boolean => ids.has(id);
    const last = messages.slice(-KEEP_LAST).map(({ id }) => id);
    add(sum, { tokens, budget, ms }, share(question.evidence, isIn), share(last, isIn));
  }
}

function add(
  sum: EvidenceSum,
  { tokens, budget, ms }: { readonly tokens: number; readonly budget: number; readonly ms: number },
  evidence: number,
  last: number,
): void {
  sum.questions++;
  sum.evidence += evidence;
  sum.last += last;
  sum.tokens += tokens;
  sum.ms += ms;
  if (tokens > budget) sum.over++;
}
