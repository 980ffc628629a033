import { isObject } from '../base/record.ts';
import { isPerfError, PerfError } from '../errors.ts';
import type { Middleware, ModelCall, Reply } from './call.ts';
import { isAborted } from './failure.ts';

export type Handler = (call: ModelCall) => Promise<Reply>;

/**
 * Chains middlewares, the first one outermost, around the model. A middleware that fails before it asks the next one is
 * skipped; one that fails afterwards loses its say and the answer stands. Only the model's own errors, an abort and our
 * deliberate errors (a {@link PerfError}) reach the caller.
 */
export function compose(
  middlewares: readonly Middleware[],
  fault: (where: string, error: unknown) => void,
): Handler {
  const modelErrors = new WeakSet<object>();
  const model: Handler = async (call) => {
    try {
      return await call.invoke(call.request, call.method);
    } catch (error) {
      if (isObject(error)) modelErrors.add(error);
      throw error;
    }
  };
  const isMeant = (error: unknown, call: ModelCall): boolean =>
    (isPerfError(error) && error.code !== 'MASTRA_PERF_SECOND_NEXT') ||
    isAborted(call.request.abortSignal) ||
    !isObject(error) || // what we throw ourselves is always an Error
    modelErrors.has(error);

  return middlewares.reduceRight<Handler>(
    (next, middleware) => async (call) => {
      let asked: Promise<Reply> | undefined;
      const askOnce = (changed: ModelCall = call): Promise<Reply> => {
        if (asked) throw new PerfError('MASTRA_PERF_SECOND_NEXT', `${middleware.name} called next() twice`);
        return (asked = next(changed));
      };
      try {
        return await middleware.run(call, askOnce);
      } catch (error) {
        if (isMeant(error, call)) throw error;
        fault(middleware.name, error);
        return asked ?? next(call);
      }
    },
    model,
  );
}
