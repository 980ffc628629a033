import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { PerfConfigError } from '../errors.ts';
import type { ModelCall } from '../pipeline/call.ts';
import type { EmbedderLike, EmbedReply } from '../pipeline/embedder-proxy.ts';
import { normalText } from './guards/normal-text.ts';

/** The meaning of a question, by one embedding model. */
export interface QuestionVector {
  /** Of length 1. */
  readonly vector: Float32Array;
  /** Names the model: vectors of two models are not compared. */
  readonly model: string;
}

export interface QuestionVectorsDeps {
  readonly clock: Clock;
  /** The same model, with its requests going through the plugin. */
  readonly through: (embedder: EmbedderLike, agent: string) => EmbedderLike;
}

/**
 * Embeds what is left of a question without case, spaces and greetings; `undefined` while the model rests after a failure.
 *
 * @throws what the model throws; DeadlineExceeded; TypeError for what is no vector; the first time for an agent without any
 * embedding model, PerfConfigError.
 */
export type QuestionVectors = (
  call: ModelCall,
  text: string,
  embedder: EmbedderLike | undefined,
  timeoutMs: number,
) => Promise<QuestionVector | undefined>;

/** A model that failed is left alone for so long: calls must not wait for it one after the other. */
const REST_MS = 10_000;

interface Embeds {
  readonly model: string;
  embed(text: string): Promise<ArrayLike<number> | undefined>;
}

export function questionVectors({ clock, through }: QuestionVectorsDeps): QuestionVectors {
  const resting = new Map<string, number>();
  const told = new Set<string>();
  return async (call, text, embedder, timeoutMs) => {
    const own = embedder ? ofModel(through(embedder, call.caller.agent), embedder) : ofMemory(call);
    if (!own) {
      const { agent } = call.caller;
      if (told.has(agent)) return undefined;
      told.add(agent);
      throw new PerfConfigError(
        'createPerf.cache.semantic.embedder',
        undefined,
        `an embedding model: agent "${agent}" has no memory with one, or was called without a thread`,
      );
    }
    if (clock.monotonic() < (resting.get(own.model) ?? -Infinity)) return undefined;
    try {
      const numbers = await withDeadline(clock, timeoutMs, () => own.embed(normalText(text)));
      return { vector: unitOf(numbers), model: own.model };
    } catch (error) {
      resting.set(own.model, clock.monotonic() + REST_MS);
      throw error;
    }
  };
}

function ofModel(embedder: EmbedderLike, { provider, modelId }: EmbedderLike): Embeds {
  return {
    model: `${provider}/${modelId}`,
    async embed(text) {
      const reply = (await embedder.doEmbed({ values: [text] } as never)) as EmbedReply;
      return reply.embeddings[0];
    },
  };
}

function ofMemory(call: ModelCall): Embeds | undefined {
  const embedder = call.conversation?.()?.embedder;
  return embedder && { model: embedder.model, embed: async (text) => (await embedder.embed([text]))[0] };
}

function unitOf(numbers: ArrayLike<number> | undefined): Float32Array {
  const vector = Float32Array.from(numbers ?? []);
  let squares = 0;
  for (const number of vector) squares += number * number;
  const length = Math.sqrt(squares);
  if (!Number.isFinite(length) || length === 0) throw new TypeError('the embedding model answered no vector');
  return vector.map((number) => number / length);
}
