import type { ModelIdentity } from '../pipeline/call.ts';
import { modelName, providerFamily } from '../pipeline/model-name.ts';
import { MINUTE_MS, type ModelLimitSettings } from './options.ts';
import { paceOf, type Pace } from './pace.ts';

/** One entry of `models` that holds for a model. */
export interface Rule {
  readonly key: string;
  readonly windowMs: number;
  readonly requests?: Pace;
  readonly tokens?: Pace;
}

/** The rules of a model, its own before those of its provider. */
export type RulesOf = (model: ModelIdentity) => readonly Rule[];

export function modelRules(models: Readonly<Record<string, ModelLimitSettings>>): RulesOf {
  const rules = new Map(
    Object.entries(models).map(([key, limits]) => [key.trim().toLowerCase(), ruleOf(key, limits)]),
  );
  return (model) => namesOf(model).flatMap((name) => rules.get(name) ?? []);
}

function ruleOf(
  key: string,
  { requestsPerMinute, tokensPerMinute, window = MINUTE_MS }: ModelLimitSettings,
): Rule {
  return {
    key: key.trim(),
    windowMs: window,
    ...(requestsPerMinute !== undefined && { requests: paceOf(requestsPerMinute, window) }),
    ...(tokensPerMinute !== undefined && { tokens: paceOf(tokensPerMinute, window) }),
  };
}

/** Each name once: `'openai/gpt-5'` is what a router calls the model id. */
function namesOf({ provider, modelId }: ModelIdentity): string[] {
  const [id, whole, family] = [modelId.toLowerCase(), provider.toLowerCase(), providerFamily(provider)];
  return [...new Set([modelName(provider, id), `${whole}/${id}`, id, whole, family])];
}
