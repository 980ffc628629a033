import type { OpenAICompatibleConfig } from '@mastra/core/llm';

/** A model whose price is known, also when it is simulated. */
export const modelId = 'gpt-4o-mini';

/** A Mastra model string, the address of an OpenAI-compatible server, or a function that finds one out. */
export type AppModel = `openai/${string}` | OpenAICompatibleConfig | (() => Promise<OpenAICompatibleConfig>);

/** The real OpenAI when there is a key, else a simulated provider that starts with the first question. */
export function appModel(): AppModel {
  if (process.env['OPENAI_API_KEY']) return `openai/${modelId}`;
  let starting: Promise<string> | undefined;
  return async () => {
    starting ??= startSimulation();
    return simulatedModel(await starting);
  };
}

/** The simulated provider, reached by HTTP as any OpenAI-compatible server. */
export function simulatedModel(url: string): OpenAICompatibleConfig {
  return { id: `openai/${modelId}`, url, apiKey: 'simulated', api: 'responses' };
}

async function startSimulation(): Promise<string> {
  const { startDocsProvider } = await import('../simulator/provider.ts');
  const provider = await startDocsProvider();
  return provider.url;
}
