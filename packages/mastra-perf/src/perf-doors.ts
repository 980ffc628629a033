import { normalizerOf, type Normalize } from './base/normalize.ts';
import { overridesIn } from './mastra/call-overrides.ts';
import { callerOf, embedderOf } from './mastra/caller.ts';
import type { Host, Origin } from './mastra/host.ts';
import { embedOrigin } from './mastra/memory-embedder.ts';
import { registry } from './mastra/registry.ts';
import type { ModelOptions } from './perf-handle.ts';
import { beginCall } from './pipeline/begin-call.ts';
import type { Handler } from './pipeline/compose.ts';
import type { AskEmbedder, EmbedCall, EmbedDoor, EmbedReply } from './pipeline/embedder-proxy.ts';
import type { Door } from './pipeline/model-proxy.ts';

export interface DoorsDeps {
  /** The house. */
  readonly run: Handler;
  /** In front of embedding models. */
  readonly embed: (call: EmbedCall, ask: AskEmbedder) => PromiseLike<EmbedReply>;
  readonly isClosed: () => boolean;
  /** Before the first call, and again. */
  readonly start: () => void;
  readonly settingsOf: (agent: string) => {
    readonly scope: 'resource' | 'agent';
    readonly normalize: Normalize;
  };
  /** A model of specification v1 was asked, which goes by. */
  readonly legacy: () => void;
  readonly fault: (where: string, error: unknown) => void;
}

/** Where calls come in. What fails here lets a call through untouched. */
export interface Doors {
  /** For the models of a Mastra's agents. */
  forAgent(origin: Origin): Door;
  /** For a model that is used without an agent. */
  alone(options?: ModelOptions): Door;
  readonly embed: Host['embed'];
  /** For an embedding model that was wrapped by hand. In the run of an agent it is used for that agent. */
  embedAlone(options?: ModelOptions): EmbedDoor;
}

export function createDoors(deps: DoorsDeps): Doors {
  const { run, embed, isClosed, start, settingsOf, legacy, fault } = deps;
  const doorFor = (origin: Origin, forMastra: boolean): Door => ({
    run,
    forMastra,
    begin(bare) {
      if (isClosed()) return undefined;
      if (bare.model.specification === 'v1') {
        legacy();
        return undefined;
      }
      try {
        start();
        const overrides = overridesFor(origin);
        const { scope, normalize } = settingsOf(origin.agentId);
        const caller = callerOf(origin, bare.request, overrides, scope);
        const call = beginCall(bare, caller, overrides, normalizerOf(normalize));
        return origin.conversation ? { ...call, conversation: origin.conversation } : call;
      } catch (error) {
        fault('begin', error);
        return undefined;
      }
    },
  });
  const door: Doors['embed'] = async (bare, ask, origin) => {
    let call;
    try {
      if (isClosed()) return ask(bare.request);
      start();
      const overrides = overridesFor(origin);
      call = { ...bare, caller: embedderOf(origin, overrides), overrides };
    } catch (error) {
      fault('embed', error);
      return ask(bare.request);
    }
    return embed(call, ask);
  };
  return {
    forAgent: (origin) => doorFor(origin, true),
    alone: ({ agent = 'model' } = {}) => doorFor({ agentId: agent, requestContext: undefined }, false),
    embed: door,
    embedAlone:
      ({ agent = 'model' } = {}) =>
      (bare, ask) =>
        door(bare, ask, embedOrigin(agent, registry())),
  };
}

const overridesFor = ({ behalf, requestContext }: Pick<Origin, 'behalf' | 'requestContext'>) => ({
  ...overridesIn(behalf?.requestContext),
  ...overridesIn(requestContext),
});
