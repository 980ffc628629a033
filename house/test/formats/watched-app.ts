import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { mockEmbedder, mockModel } from '@mastra-perf/testkit';
import { createPerf, type Perf, type PerfOptions } from 'mastra-perf';
import { onTestFinished } from 'vitest';
import { AGENT } from './left-behind.ts';

export interface WatchedApp {
  readonly perf: Perf;
  readonly model: { readonly calls: { readonly total: number } };
  readonly embedder: { readonly calls: { readonly total: number } };
  /** The text, and how the call was answered, as `hit l2`. */
  ask(question: string): Promise<readonly [text: string, outcome: string]>;
  embed(text: string): Promise<readonly number[]>;
  /** What the plugin told that went wrong. */
  readonly wrong: unknown[];
}

/** An application whose model repeats the question. */
export function watchedApp(options: PerfOptions): WatchedApp {
  const model = mockModel({ spec: 'v3', respond: ({ prompt }) => ({ text: `to ${questionIn(prompt)}` }) });
  const embedder = mockEmbedder({ spec: 'v3' });
  const perf = createPerf({ dashboard: false, storeTimeout: '5s', ...options });
  onTestFinished(() => perf.close());
  const wrong: unknown[] = [];
  perf.on('fault', (event) => wrong.push(event));
  perf.on('storeFailure', (event) => wrong.push(event));
  perf.on('store', (event) => wrong.push(event));
  const agent = new Agent({ id: AGENT, name: AGENT, instructions: 'Repeat.', model, maxRetries: 0 } as never);
  new Mastra({ agents: { [AGENT]: agent }, logger: false, processors: { perf } });
  const embedding = perf.embedder(embedder);
  return {
    ...{ perf, model, embedder, wrong },
    async ask(question) {
      const result = await agent.generate(question);
      if (result.error) throw result.error;
      const outcome = perf.outcome(result);
      return [result.text, [outcome?.outcome, outcome?.tier].filter(Boolean).join(' ')];
    },
    async embed(text) {
      const { embeddings } = await embedding.doEmbed({ values: [text] });
      return [...embeddings[0]!];
    },
  };
}

function questionIn(prompt: ReadonlyArray<{ readonly role: string; readonly content: unknown }>): string {
  const content = prompt.at(-1)?.content as ReadonlyArray<{ readonly text: string }> | undefined;
  return content?.[0]?.text ?? '';
}
