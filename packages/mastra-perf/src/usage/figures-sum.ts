import { addCounts, noCounts, toNanoUsd, type UsageCounts } from './usage-counts.ts';
import { figuresOf, type UsageFigures } from './usage-figures.ts';

/** Figures of several groups together; exact, since dollars are whole billionths. */
export function sumOfFigures(all: readonly UsageFigures[]): UsageFigures {
  const sum = noCounts();
  for (const figures of all) addCounts(sum, countsOf(figures));
  return figuresOf(sum);
}

/** What {@link figuresOf} has made these figures of. */
function countsOf({ spent, saved, ...figures }: UsageFigures): UsageCounts {
  const all: UsageCounts = {
    ...figures,
    ...spent,
    nanoUsd: toNanoUsd(spent.usd),
    savedCalls: saved.calls,
    savedEmbeddings: saved.embeddings,
    savedInputTokens: saved.inputTokens,
    savedOutputTokens: saved.outputTokens,
    savedNanoUsd: toNanoUsd(saved.usd),
    savedMs: saved.ms,
  };
  const counts = noCounts();
  for (const name of Object.keys(counts) as (keyof UsageCounts)[]) counts[name] = all[name];
  return counts;
}
