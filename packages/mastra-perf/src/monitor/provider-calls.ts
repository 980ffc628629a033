import type { Clock } from '../base/clock.ts';
import type { Middleware, ModelCall, ModelIdentity } from '../pipeline/call.ts';
import type { EmbedCall, EmbedReply } from '../pipeline/embedder-proxy.ts';
import { endingOf } from '../pipeline/ending.ts';
import { finishUsage } from '../pipeline/finish-usage.ts';
import { observe, type EndStatus } from '../pipeline/observe.ts';
import { isContent, isFinish, type FinishPart } from '../pipeline/parts.ts';
import { readUsage } from '../pipeline/usage.ts';
import type { LatencySettings } from './options.ts';

/** One request to a provider, when it has ended. */
export interface ProviderCall {
  readonly operation: 'chat' | 'embeddings';
  readonly agent: string;
  readonly model: ModelIdentity;
  readonly status: EndStatus;
  readonly ms: number;
  /** Of streams. */
  readonly firstPartMs?: number | undefined;
  /** As the provider has reported them. */
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Why it failed. */
  readonly error?: unknown;
}

export interface ProviderCallsDeps {
  readonly settingsOf: (call: Pick<ModelCall, 'caller' | 'overrides'>) => LatencySettings | false;
  readonly clock: Clock;
  readonly tell: (call: ProviderCall) => void;
  readonly fault: (where: string, error: unknown) => void;
}

const NAME = 'provider';

/** Next to the model: a hit, or a call that shares the answer of another one, does not come here. */
export function providerCalls({ settingsOf, clock, tell, fault }: ProviderCallsDeps): Middleware {
  return {
    name: NAME,
    async run(call, next) {
      if (settingsOf(call) === false) return next();
      const begun = clock.monotonic();
      // Limits wait where the model is asked, which is behind this: what a call waited for its turn is not the provider's time.
      const took = (): number => Math.max(0, clock.monotonic() - begun - (call.facts.queuedMs ?? 0));
      const ended = (status: EndStatus, firstPartMs?: number, finish?: FinishPart, error?: unknown): void => {
        const usage = finish && readUsage(finishUsage(finish));
        const { inputTokens, outputTokens } = usage ?? {};
        tell({
          operation: 'chat',
          agent: call.caller.agent,
          model: call.model,
          status: endingOf(call, status, finish !== undefined),
          ms: took(),
          firstPartMs,
          inputTokens,
          outputTokens,
          error,
        });
      };
      let reply;
      try {
        reply = await next();
      } catch (error) {
        attempt(fault, () => ended('error', undefined, undefined, error));
        throw error;
      }
      let firstPartMs: number | undefined;
      let finish: FinishPart | undefined;
      const parts = observe(
        reply.parts,
        {
          part(part) {
            if (isFinish(part)) finish = part;
            else if (call.method === 'stream' && firstPartMs === undefined && isContent(part))
              firstPartMs = took();
          },
          end: (status, error) => ended(status, firstPartMs, finish, error),
        },
        (error) => fault(NAME, error),
      );
      return { ...reply, parts };
    },
  };
}

export type AskEmbedder = (call: EmbedCall, ask: () => PromiseLike<EmbedReply>) => Promise<EmbedReply>;

/** The same for requests to embedding models. */
export function embeddingCalls({ settingsOf, clock, tell, fault }: ProviderCallsDeps): AskEmbedder {
  return async (call, ask) => {
    if (settingsOf(call) === false) return ask();
    const begun = clock.monotonic();
    const common = { operation: 'embeddings', agent: call.caller.agent, model: call.model } as const;
    try {
      const reply = await ask();
      const inputTokens = readUsage({
        inputTokens: (reply.usage as { tokens?: unknown } | undefined)?.tokens,
      })?.inputTokens;
      attempt(fault, () => tell({ ...common, status: 'ok', ms: clock.monotonic() - begun, inputTokens }));
      return reply;
    } catch (error) {
      const status = call.request.abortSignal?.aborted ? 'aborted' : 'error';
      attempt(fault, () => tell({ ...common, status, ms: clock.monotonic() - begun, error }));
      throw error;
    }
  };
}

function attempt(fault: ProviderCallsDeps['fault'], work: () => void): void {
  try {
    work();
  } catch (error) {
    fault(NAME, error);
  }
}
