import { compareAnswers } from './day/compare-answers.ts';
import { inConversation } from './day/day.ts';
import { dayStorage } from './day/day-storage.ts';
import { longTalk } from './day/long-talk.ts';
import { runDay } from './day/run-day.ts';
import { openIndex } from './docs/index-file.ts';
import { ingest } from './docs/ingest.ts';
import { progressBar } from './docs/progress.ts';
import { trial } from './day/trial.ts';
import { createLocalEmbedder } from './embedding/local-embedder.ts';
import { buildMastra } from './mastra/build-mastra.ts';
import { simulatedModel } from './mastra/model.ts';
import { createAppPerf, perf, storeName } from './mastra/perf.ts';
import { pool } from './mastra/storage.ts';
import { comparison } from './report/comparison.ts';
import { conversation } from './report/conversation.ts';
import { ingestLine } from './report/ingest-line.ts';
import { verdict } from './report/verdict.ts';
import { startDocsProvider } from './simulator/provider.ts';

const say = (line: string): void => console.log(line);

const ingested = await ingest(progressBar('Reading the documentation'));
say(ingestLine(ingested));

const index = openIndex(ingested.file);
const embedder = createLocalEmbedder();
const provider = await startDocsProvider();
const storage = await dayStorage();
try {
  const parts = { model: simulatedModel(provider.url), index, embedder };
  const plain = buildMastra({ ...parts, storage: storage.open('without', { fast: false }) });
  const fast = buildMastra({ ...parts, storage: storage.open('with'), perf });
  const measured = { provider, embedder, outcomeOf: perf.outcome, say };

  // Neither run shall pay for loading the weights and compiling the code.
  await plain.getAgent('docs').generate('What is an agent?');

  say('\nThe day without mastra-perf');
  const without = await runDay({ ...measured, mastra: plain });
  say('\nThe same day with mastra-perf');
  const withPerf = await runDay({ ...measured, mastra: fast });

  say(`\n${comparison(without.figures, withPerf.figures)}\n`);
  say(conversation(without.answers.filter(inConversation), withPerf.answers.filter(inConversation)));
  say('\nperf.report()');
  console.dir(await perf.report(), { depth: null });

  say(`\n${(await trial({ ...parts, storage: storage.open('trial') })).join('\n')}`);

  say(`\n${(await longTalk({ ...parts, storage: storage.open('talk') })).join('\n')}`);

  const problems = compareAnswers(without.answers, withPerf.answers);
  if (storeName) {
    await perf.flush();
    say(`\nThe same day with nothing in memory, as in a second process: the answers are in ${storeName}`);
    await using second = createAppPerf();
    const other = buildMastra({ ...parts, storage: storage.open('second'), perf: second });
    const again = await runDay({ ...measured, mastra: other });
    say(`\n${comparison(without.figures, again.figures)}\n`);
    problems.push(...compareAnswers(without.answers, again.answers));
  }
  say(`\n${verdict(without.answers.length, problems)}`);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  await perf.close();
  await provider.close();
  await index.close();
  await storage[Symbol.asyncDispose]();
  await pool?.end();
}
