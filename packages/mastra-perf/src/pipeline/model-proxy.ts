import { isPerfError } from '../errors.ts';
import type { BareCall } from './begin-call.ts';
import type { Method, ModelCall, ModelIdentity, ModelRequest, Reply } from './call.ts';
import { collect, readAll, type GenerateResult } from './collect.ts';
import type { Handler } from './compose.ts';
import type { StreamPart } from './parts.ts';
import { readerOfParts, readerOfStream, streamOfReader } from './reader.ts';
import { spread } from './spread.ts';

/** The shape that language models of the AI SDK share, specifications v2 to v4. */
export interface ModelLike {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<unknown>;
}

/** What stands behind a wrapped model. */
export interface Door {
  /** Begins a call; `undefined` lets it through untouched. */
  begin(call: BareCall): ModelCall | undefined;
  readonly run: Handler;
  /**
   * Mastra takes `.stream` also from `doGenerate`, and it repeats every call that rejects, unless it is a provider's error
   * that says otherwise. An error of ours therefore reaches Mastra as a part of a stream, which is final.
   */
  readonly forMastra: boolean;
}

const DOOR = Symbol.for('mastra-perf.door');

/** On a request that has come through a door: a model wrapped by hand can stand behind one that Mastra's agent has. */
const INSIDE = Symbol.for('mastra-perf.inside');

/** The door that the calls of a model go through, whichever copy of the package put it there. */
export const doorTo = (model: object): Door | undefined =>
  DOOR in model ? (model[DOOR] as Door) : undefined;

/**
 * A stand-in for a model whose calls go through the door. It is a proxy of the original, not a copy: Mastra asks its
 * models for `instanceof`, getters and private fields.
 */
export function proxyModel<M extends ModelLike>(model: M, door: Door): M {
  if (doorTo(model)) return model;
  // A proxy may not tell other than a frozen target, but other than an empty one that inherits from it.
  const target = Object.isFrozen(model) ? (Object.create(model) as M) : model;
  return new Proxy(target, new StandIn(model, door));
}

/** Mastra resolves a model several times for one call, so a stand-in does nothing before it is asked. */
class StandIn<M extends ModelLike> implements ProxyHandler<M> {
  readonly #model: M;
  readonly #door: Door;
  #bound: Map<PropertyKey, unknown> | undefined;

  constructor(model: M, door: Door) {
    this.#model = model;
    this.#door = door;
  }

  get(_target: M, key: PropertyKey): unknown {
    if (key === DOOR) return this.#door;
    const known: unknown = this.#bound?.get(key);
    if (known !== undefined) return known;
    const model = this.#model;
    const value: unknown = Reflect.get(model, key, model); // the model as receiver keeps #private fields readable
    if (typeof value !== 'function' || key === 'constructor') return value;
    const method: unknown =
      key === 'doGenerate' || key === 'doStream' ? this.#through(key) : value.bind(model);
    this.#bound ??= new Map();
    this.#bound.set(key, method);
    return method;
  }

  set(_target: M, key: PropertyKey, value: unknown): boolean {
    this.#bound?.delete(key);
    return Reflect.set(this.#model, key, value, this.#model);
  }

  has(_target: M, key: PropertyKey): boolean {
    return key === DOOR || Reflect.has(this.#model, key);
  }

  #through(name: 'doGenerate' | 'doStream'): (options: ModelRequest) => Promise<unknown> {
    const model = this.#model;
    const door = this.#door;
    const method = name === 'doGenerate' ? 'generate' : 'stream';
    const invoke = (request: ModelRequest, asked: Method) => askModel(model, request, asked);
    return async (options) => {
      const call =
        INSIDE in options
          ? undefined
          : door.begin({ method, model: identityOf(model), request: options, invoke });
      if (!call) return model[name](options as never);
      try {
        const reply = await door.run(call);
        return method === 'stream' ? streamed(reply) : await generated(reply, door.forMastra);
      } catch (error) {
        if (!door.forMastra || !isPerfError(error)) throw error;
        return streamed({ head: {}, parts: readerOfParts([{ type: 'error', error }]) });
      }
    };
  }
}

export const streamed = (reply: Reply): object => ({ ...reply.head, stream: streamOfReader(reply.parts) });

export async function generated(reply: Reply, withStream: boolean): Promise<GenerateResult> {
  const parts = await readAll(reply);
  const result = collect(reply.head, parts);
  return withStream ? { ...result, stream: streamOfReader(readerOfParts(parts)) } : result;
}

/** Asks a model for a reply in the one form that the pipeline knows. */
export async function askModel(
  model: Pick<ModelLike, 'doGenerate' | 'doStream'>,
  request: ModelRequest,
  method: Method,
): Promise<Reply> {
  const asked = { ...request, [INSIDE]: true } as never;
  const result = (await (method === 'generate' ? model.doGenerate(asked) : model.doStream(asked))) as Answer;
  const { stream, content, ...head } = result;
  if (Array.isArray(content))
    return { head: withoutParts(head), parts: readerOfParts(spread(result as GenerateResult)) };
  if (stream) return { head, parts: readerOfStream(stream) };
  throw new TypeError(`the model answered ${method} with neither content nor a stream`);
}

/** What has become a part is said there only: a replay changes it. */
function withoutParts(answer: Answer): Reply['head'] {
  const {
    finishReason: _reason,
    usage: _usage,
    warnings: _warnings,
    providerMetadata: _metadata,
    response,
    ...head
  } = answer;
  const { id: _id, modelId: _modelId, timestamp: _timestamp, ...rest } = response ?? {};
  return response ? { ...head, response: rest } : head;
}

interface Answer {
  readonly stream?: ReadableStream<unknown>;
  readonly content?: readonly StreamPart[];
  readonly response?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export function identityOf(
  model: Pick<ModelLike, 'provider' | 'modelId'> & { readonly specificationVersion?: string },
): ModelIdentity {
  const endpoint = endpointOf(model);
  return {
    provider: model.provider,
    modelId: model.modelId,
    specification: model.specificationVersion ?? 'v1',
    ...(endpoint !== undefined && { endpoint }),
  };
}

/** Mastra's model router and many providers keep their address in `config`; where they do not, it is unknown. */
function endpointOf(model: object): string | undefined {
  const config: unknown = 'config' in model ? model.config : undefined;
  if (typeof config !== 'object' || config === null) return undefined;
  const { url, baseURL } = config as { url?: unknown; baseURL?: unknown };
  if (typeof url === 'string') return url;
  return typeof baseURL === 'string' ? baseURL : undefined;
}
