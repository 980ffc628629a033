import { startSimulatedProvider, type SimulatedProvider } from '@mastra-perf/testkit/simulated-provider';
import { answerFromDocs } from './answer.ts';

/** The word that makes the simulated provider refuse a request, as real ones refuse what they do not accept. */
export const refusedMark = '[refused]';

/** An OpenAI-compatible server on a free port of this machine: waits like a provider, bills real tokens, answers from the passages found. */
export function startDocsProvider(): Promise<SimulatedProvider> {
  return startSimulatedProvider({
    answer: answerFromDocs,
    timeToFirstTokenMs: 350,
    tokensPerSecond: 120,
    fail: ({ messages }) =>
      messages.at(-1)?.text.includes(refusedMark)
        ? {
            status: 400,
            message: 'The request was refused because it carries a mark that this provider does not accept.',
          }
        : undefined,
  });
}
