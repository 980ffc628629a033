import type { ModelCall } from '../pipeline/call.ts';
import { modelName } from '../pipeline/model-name.ts';

/** What a call is counted for, by name: how a ledger keeps it. */
export type UsageGroup = Readonly<Record<string, string>>;

const LABEL = 'label.';

/** The name by which a ledger keeps a label. */
export const labelName = (label: string): string => LABEL + label;

/** The label that is kept by this name; `undefined` if it is none. */
export const labelOf = (name: string): string | undefined =>
  name.startsWith(LABEL) ? name.slice(LABEL.length) : undefined;

/** What of a call tells whom and what it is counted for. */
export type Counted = Pick<ModelCall, 'caller' | 'model' | 'overrides'>;

/** Whom and what a call is counted for. */
export function groupOf({ caller, model, overrides }: Counted): UsageGroup {
  const { agent, resource, user, cause } = caller;
  const group: Record<string, string> = {
    agent: cause?.agent ?? agent,
    model: modelName(model.provider, model.modelId),
    purpose: cause?.purpose ?? 'answer',
  };
  if (cause && cause.agent !== agent) group.via = agent;
  if (resource !== undefined) group.resource = resource;
  if (user !== undefined) group.user = user;
  for (const label in overrides.labels) group[labelName(label)] = overrides.labels[label] ?? '';
  return group;
}
