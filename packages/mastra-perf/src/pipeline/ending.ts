import type { ModelCall } from './call.ts';
import { isAborted } from './failure.ts';
import type { EndStatus } from './observe.ts';

/**
 * How a call ended for its caller: whoever stops after the finish part has the whole answer, and a failure after an
 * abort is the abort.
 */
export function endingOf(call: ModelCall, status: EndStatus, finished: boolean): EndStatus {
  if (status === 'aborted' && finished) return 'ok';
  return status === 'error' && isAborted(call.request.abortSignal) ? 'aborted' : status;
}
