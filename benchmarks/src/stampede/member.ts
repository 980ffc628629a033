import { systems } from '../answering/systems.ts';
import { benchOptions, serve } from '../bench-process.ts';
import type { MemberOptions, Rush, RushResult } from './herd.ts';
import { askModelServer } from './model-server.ts';

const { system, redisUrl, prefix, modelUrl, name } = benchOptions<MemberOptions>();
const open = await systems[system]();
const answering = open({
  url: redisUrl,
  prefix,
  model: (question) => askModelServer(modelUrl, { question, by: name }),
});
await answering.ask(`warm up ${name}`);
serve(rushed);

async function rushed({ question, calls }: Rush): Promise<RushResult> {
  const result = { answered: 0, wrong: 0, failed: 0, longestMs: 0 };
  const one = async (): Promise<void> => {
    const begun = performance.now();
    try {
      const answer = await answering.ask(question);
      if (answer === `answer to ${question}`) result.answered++;
      else result.wrong++;
    } catch {
      result.failed++; // how many is what the table tells
    }
    result.longestMs = Math.max(result.longestMs, performance.now() - begun);
  };
  await Promise.all(Array.from({ length: calls }, one));
  return result;
}
