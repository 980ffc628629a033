import { OUTCOME_NAMESPACE, type Outcome } from './outcome.ts';

interface Settled {
  readonly providerMetadata?: unknown;
}

interface Streaming {
  readonly providerMetadata: PromiseLike<unknown>;
}

/** Reads the outcome from a result of `agent.generate()`, `agent.stream()`, or of the AI SDK. */
export interface OutcomeOf {
  (result: Streaming): Promise<Outcome | undefined>;
  (result: Settled): Outcome | undefined;
}

/**
 * How the last model call of a result was answered. `undefined` if the plugin had no part in it, or the result is not one
 * of a model call.
 */
export const outcomeOf = ((result: Settled | Streaming) => {
  const { providerMetadata } = result;
  return isPromise(providerMetadata) ? Promise.resolve(providerMetadata).then(read) : read(providerMetadata);
}) as OutcomeOf;

function read(metadata: unknown): Outcome | undefined {
  if (typeof metadata !== 'object' || metadata === null || !(OUTCOME_NAMESPACE in metadata)) return undefined;
  return metadata[OUTCOME_NAMESPACE] as Outcome;
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
