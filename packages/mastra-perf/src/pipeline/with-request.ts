import type { ModelCall, ModelRequest } from './call.ts';

/** The call with another request, which is another question. */
export function withRequest(call: ModelCall, request: ModelRequest): ModelCall {
  let key: string | undefined;
  return { ...call, request, key: (other) => (other ? call.key(other) : (key ??= call.key(request))) };
}
