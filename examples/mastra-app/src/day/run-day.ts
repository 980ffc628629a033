import type { SimulatedProvider } from '@mastra-perf/testkit/simulated-provider';
import type { Perf } from 'mastra-perf';
import type { LocalEmbedder } from '../embedding/local-embedder.ts';
import type { buildMastra } from '../mastra/build-mastra.ts';
import { momentLine } from '../report/moment-line.ts';
import { ask, type Answer } from './ask.ts';
import { day } from './day.ts';
import { figuresOf, type Figures } from './figures.ts';
import { playDay } from './play-day.ts';

export interface DayRun {
  readonly answers: readonly Answer[];
  readonly figures: Figures;
}

export interface DayRunOptions {
  readonly mastra: ReturnType<typeof buildMastra>;
  readonly provider: SimulatedProvider;
  readonly embedder: LocalEmbedder;
  readonly outcomeOf: Perf['outcome'];
  readonly say: (line: string) => void;
}

/** Plays the whole day on one application; what the provider and the embedder did before is forgotten first. */
export async function runDay({ mastra, provider, embedder, outcomeOf, say }: DayRunOptions): Promise<DayRun> {
  await mastra.getStorage()?.init();
  provider.reset();
  embedder.resetCounts();
  const played = await playDay(
    day,
    (call) => ask(mastra.getAgent(call.agent), call, outcomeOf),
    (moment, answers, ms) => say(momentLine(moment, answers, ms)),
  );
  await provider.settled();
  return { answers: played.answers, figures: figuresOf(played, provider.totals(), embedder.counts()) };
}
