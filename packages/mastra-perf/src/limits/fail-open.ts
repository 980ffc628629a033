import { isPerfError } from '../errors.ts';
import type { ModelCall, Reply } from '../pipeline/call.ts';
import { isAborted } from '../pipeline/failure.ts';

/**
 * Makes a call through work of ours that may ask the model more than once. What goes wrong in that work by itself is told, and the call
 * goes on without it: with the answer, if there is one. An abort, our deliberate errors and those of the model are the caller's.
 */
export async function failOpen(
  call: ModelCall,
  work: (call: ModelCall) => Promise<Reply>,
  fault: (error: unknown) => void,
): Promise<Reply> {
  const refusals: unknown[] = [];
  let answer: Reply | undefined;
  const invoke: ModelCall['invoke'] = async (request, method) => {
    try {
      return (answer = await call.invoke(request, method));
    } catch (error) {
      refusals.push(error);
      throw error;
    }
  };
  try {
    return await work({ ...call, invoke });
  } catch (error) {
    if (isAborted(call.request.abortSignal) || isPerfError(error) || refusals.includes(error)) throw error;
    fault(error);
    return answer ?? call.invoke(call.request, call.method);
  }
}
