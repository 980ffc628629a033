import type { MastraLike } from '../host.ts';

/** What is used of Mastra's agents, as far as they have it. */
export interface WarmAgent {
  readonly id: string;
  /** As configured: a model, its name, a function, or a list of them. */
  readonly model?: unknown;
  getModel?(options?: { readonly requestContext?: unknown; readonly modelConfig?: unknown }): unknown;
  getMemory?(options?: { readonly requestContext?: unknown }): unknown;
  generate?(question: string, options: object): Promise<unknown>;
}

/** By their keys in the Mastra config. */
export const agentsOf = (mastra: MastraLike): Array<readonly [key: string, agent: WarmAgent]> =>
  Object.entries(mastra.listAgents()).flatMap(([key, agent]) =>
    typeof agent === 'object' && agent !== null ? [[key, agent as WarmAgent] as const] : [],
  );

/** The models an agent has been given, but for those that only a request decides on. */
export function modelsOf({ model }: WarmAgent): readonly unknown[] {
  const all: readonly unknown[] = Array.isArray(model)
    ? model.flatMap((entry: { readonly model?: unknown; readonly enabled?: unknown } | null) =>
        entry && entry.enabled !== false ? [entry.model ?? entry] : [],
      )
    : [model];
  return all.filter((one) => one !== undefined && one !== null && typeof one !== 'function');
}

/** How a model is called by what counts tokens; `undefined` for one that has no name yet. */
export function modelReference(
  model: unknown,
): string | { readonly provider?: string; readonly modelId: string } | undefined {
  if (typeof model === 'string') return model;
  const { provider, modelId, id } = Object(model) as Readonly<Record<string, unknown>>;
  if (typeof modelId === 'string') return typeof provider === 'string' ? { provider, modelId } : { modelId };
  return typeof id === 'string' ? id : undefined;
}
