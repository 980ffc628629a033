import * as z from 'zod/mini';
import { parseOptions } from '../base/parse-options.ts';
import { name, options } from '../base/schema.ts';
import { modelName } from '../pipeline/model-name.ts';
import { billedTokens } from './billed-tokens.ts';
import { reportedUsage, type TrackedUsage } from './tracked-usage.ts';
import type { CountDeps } from './usage-deps.ts';
import { labelName, type UsageGroup } from './usage-group.ts';

/** A request to a model that did not pass the plugin. */
export interface TrackedCall {
  readonly usage: TrackedUsage;
  /** `'provider/model'`, such as `'openai/gpt-4o-mini'`. Without it there is no price. */
  readonly model?: string;
  /**
   * What it is counted for, as `perf.model(model, { agent })` has it.
   * @default 'model'
   */
  readonly agent?: string;
  readonly resource?: string;
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export type CountTracked = (call: TrackedCall) => void;

const MODEL = /^([^/]+)\/(.+)$/s;

const callSchema = options(() => ({
  usage: z.unknown(),
  model: z.optional(
    z.custom<string>((given) => typeof given === 'string' && given.length <= 200 && MODEL.test(given), {
      error: "'provider/model', such as 'openai/gpt-4o-mini'",
    }),
  ),
  agent: z.optional(name()),
  resource: z.optional(name()),
  user: z.optional(name()),
  labels: z.optional(z.record(name(), name(), { error: 'an object of names' })),
}));

/** Counts what somebody has measured elsewhere. It went past the cache, so it is one of `bypassed`. */
export function countTracked({ tally, billing }: Pick<CountDeps, 'tally' | 'billing'>): CountTracked {
  return (given) => {
    const {
      usage: used,
      model,
      labels = {},
      agent = 'model',
      ...whose
    } = parseOptions(callSchema, given, 'usage.track');
    const { embedding, usage } = reportedUsage(used);
    const [, provider = '', modelId = ''] = (model && MODEL.exec(model)) || [];
    const group: UsageGroup = {
      agent,
      ...(model && { model: modelName(provider, modelId) }),
      purpose: embedding ? 'embedding' : 'answer',
      ...whose,
      ...Object.fromEntries(Object.entries(labels).map(([label, is]) => [labelName(label), is])),
    };
    const request = embedding ? { embeddingCalls: 1 } : { bypassed: 1, modelCalls: 1 };
    const tokens = billedTokens(usage);
    if (!tokens) return tally.record(group, request);
    const { cacheWrite1hTokens: _, ...counts } = tokens;
    if (!model) return tally.record(group, { ...request, ...counts, unpricedCalls: 1 });
    const asked = { provider, modelId, specification: 'v3' };
    billing.record({ kind: 'spent', group, model: asked, usage }, { ...request, ...counts });
  };
}
