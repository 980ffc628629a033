import type { ModelCall } from '../pipeline/call.ts';
import { modelName } from '../pipeline/model-name.ts';
import type { UsageGroup } from './usage-figures.ts';

/** Whom and what a call is counted for. */
export function groupOf({ caller, model }: ModelCall): UsageGroup {
  const { agent, resource, user } = caller;
  return {
    agent,
    model: modelName(model.provider, model.modelId),
    ...(resource !== undefined && { resource }),
    ...(user !== undefined && { user }),
  };
}
