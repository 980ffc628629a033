import type { Caller, CallOverrides, ModelIdentity } from './call.ts';
import { identityOf } from './model-proxy.ts';

/** The shape that embedding models of the AI SDK share, specifications v2 to v4. */
export interface EmbedderLike {
  readonly specificationVersion?: string;
  readonly provider: string;
  readonly modelId: string;
  doEmbed(options: never): PromiseLike<unknown>;
}

export interface EmbedRequest {
  readonly values: readonly string[];
  readonly abortSignal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly [field: string]: unknown;
}

export interface EmbedReply {
  readonly embeddings: readonly (readonly number[])[];
  readonly usage?: unknown;
  readonly [field: string]: unknown;
}

/** One request to an embedding model. */
export interface EmbedCall {
  readonly model: ModelIdentity;
  /** The model itself: two with one name may have different keys and clients. */
  readonly source: object;
  readonly request: EmbedRequest;
  readonly caller: Caller;
  readonly overrides: CallOverrides;
  /** Whose texts are in it, where they are of several callers; asked when its answer is there. */
  readonly shares?: () => readonly EmbedShare[];
}

/** The part of a request that is for one caller. */
export interface EmbedShare extends Pick<EmbedCall, 'caller' | 'overrides'> {
  /** Bytes of a text. */
  readonly weight: number;
}

/** Asks the model itself: for other texts, or with another signal, than it was asked with. */
export type AskEmbedder = (request: EmbedRequest) => PromiseLike<EmbedReply>;

/** What stands behind a wrapped embedding model. */
export type EmbedDoor = (
  call: Pick<EmbedCall, 'model' | 'source' | 'request'>,
  ask: AskEmbedder,
) => PromiseLike<EmbedReply>;

const WRAPPED = Symbol.for('mastra-perf.embedder');

/** Whether the requests of this model go through a door already, whichever copy of the package put it there. */
export const isWrappedEmbedder = (model: object): boolean => WRAPPED in model;

/** A stand-in for an embedding model whose requests go through the door. A proxy, as those of language models are. */
export function proxyEmbedder<M extends EmbedderLike>(model: M, door: EmbedDoor): M {
  if (isWrappedEmbedder(model)) return model;
  const doEmbed = (request: EmbedRequest): PromiseLike<EmbedReply> =>
    door(
      { model: identityOf(model), source: model, request },
      (asked) => model.doEmbed(asked as never) as PromiseLike<EmbedReply>,
    );
  const target = Object.isFrozen(model) ? (Object.create(model) as M) : model;
  return new Proxy(target, {
    get(_target, key) {
      if (key === 'doEmbed') return doEmbed;
      const value: unknown = Reflect.get(model, key, model);
      return typeof value === 'function' && key !== 'constructor' ? (value.bind(model) as unknown) : value;
    },
    set: (_target, key, value) => Reflect.set(model, key, value, model),
    has: (_target, key) => key === WRAPPED || Reflect.has(model, key),
  });
}
