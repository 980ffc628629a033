import type { Middleware, ModelCall, ModelRequest, PromptCacheFacts } from '../../pipeline/call.ts';
import { cacheKeyOf, withCacheKey } from './cache-key.ts';
import { dialectOf } from './dialect.ts';
import { sortedTools } from './sorted-tools.ts';
import { withMarkers } from './with-markers.ts';

export interface PromptCacheDeps {
  readonly settingsOf: (call: ModelCall) => 'auto' | false;
  /**
   * Whether the newest question is sent with something that the next turn will not have there, such as what was recalled for it.
   *
   * @default never
   */
  readonly isPassing?: (call: ModelCall) => boolean;
  readonly fault: (where: string, error: unknown) => void;
}

const NAME = 'promptCache';

/**
 * Next to the model: lets the provider's prompt cache serve what a prompt has in common with the one before. It changes how a
 * question is sent and not what is asked, so it stands behind all that goes by the question's key.
 */
export function promptCache({ settingsOf, isPassing = () => false, fault }: PromptCacheDeps): Middleware {
  return {
    name: NAME,
    run(call, next) {
      let prepared: ModelRequest;
      try {
        if (settingsOf(call) === false) return next();
        prepared = prepare(call, isPassing(call));
      } catch (error) {
        fault(NAME, error);
        return next();
      }
      return prepared === call.request ? next() : next({ ...call, request: prepared });
    },
  };
}

function prepare({ model, caller, request, facts }: ModelCall, isPassing: boolean): ModelRequest {
  const tools = sortedTools(request.tools);
  const ordered = tools ? { ...request, tools } : request;
  const done: Mutable<PromptCacheFacts> = tools ? { sortedTools: true } : {};
  let prepared = ordered;
  const dialect = dialectOf(model);
  if (dialect === 'key') {
    const key = cacheKeyOf(caller.agent);
    prepared = withCacheKey(ordered, key);
    if (prepared !== ordered) done.key = key;
  } else if (dialect) {
    const marked = withMarkers(ordered, dialect, isPassing);
    prepared = marked.request;
    if (marked.markers > 0) done.markers = marked.markers;
  }
  if (prepared !== request) facts.promptCache = done;
  return prepared;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
