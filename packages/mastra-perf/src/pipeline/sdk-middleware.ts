import type { ModelCall, ModelRequest } from './call.ts';
import { askModel, generated, identityOf, streamed, type Door, type ModelLike } from './model-proxy.ts';

/** What `wrapLanguageModel()` of the AI SDK hands to a middleware. */
interface WrapArgs {
  readonly doGenerate: () => PromiseLike<unknown>;
  readonly doStream: () => PromiseLike<unknown>;
  readonly params: unknown;
  readonly model: ModelLike;
}

/** A language model middleware of the AI SDK; `wrapLanguageModel({ model, middleware })` takes it. */
export interface SdkMiddleware<Version extends string> {
  readonly specificationVersion: Version;
  wrapGenerate(args: WrapArgs): Promise<never>;
  wrapStream(args: WrapArgs): Promise<never>;
}

/** The pipeline as such a middleware. `never` in its results is what every version's result type accepts. */
export function sdkMiddleware<Version extends string>(version: Version, door: Door): SdkMiddleware<Version> {
  const begin = ({ model, params }: WrapArgs, method: 'generate' | 'stream'): ModelCall | undefined =>
    door.begin({
      method,
      model: identityOf(model),
      request: params as ModelRequest,
      invoke: (request, asked) => askModel(model, request, asked),
    });
  return {
    specificationVersion: version,
    async wrapGenerate(args) {
      const call = begin(args, 'generate');
      return call
        ? ((await generated(await door.run(call), false)) as never)
        : ((await args.doGenerate()) as never);
    },
    async wrapStream(args) {
      const call = begin(args, 'stream');
      if (!call) return (await args.doStream()) as never;
      return streamed(await door.run(call)) as never;
    },
  };
}
