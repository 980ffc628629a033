import type { Normalizer } from '../base/normalize.ts';
import type { Caller, CallOverrides, ModelCall } from './call.ts';
import { questionKey } from './question.ts';

/** What a wrapped model knows of a call; the rest is added here. */
export type BareCall = Pick<ModelCall, 'method' | 'model' | 'request' | 'invoke'>;

/** A call at the head of the pipeline. Its key is computed when it is first asked for. */
export function beginCall(
  bare: BareCall,
  caller: Caller,
  overrides: CallOverrides,
  normalizer?: Normalizer,
): ModelCall {
  let key: string | undefined;
  return {
    ...bare,
    caller,
    overrides,
    key: (other) =>
      other
        ? questionKey(bare.model, caller, other, normalizer)
        : (key ??= questionKey(bare.model, caller, bare.request, normalizer)),
    facts: { outcome: { name: 'miss' } },
  };
}
