import type { ModelRequest } from '../../pipeline/call.ts';
import { createCalibration } from './calibration.ts';
import { fileTokens } from './counted-file.ts';
import { countedModel, type CountedModel, type ModelReference } from './counted-model.ts';
import { loadEncoder, type Encoder, type Vocabulary } from './encoder.ts';
import { estimateText } from './estimate-text.ts';
import { frameOf } from './frames.ts';
import { contentOf } from './message-content.ts';
import { createTextCounts, newWork, type Count, type TextCounts, type Work } from './text-counts.ts';
import { toolTexts } from './tool-texts.ts';
import { writtenAsJson } from './written-as-json.ts';

export interface TokenCount {
  readonly tokens: number;
  /**
   * Whether the model's own vocabulary was used, and nothing is in it of which only the provider knows how it is written down.
   */
  readonly exact: boolean;
}

export interface RequestCount extends TokenCount {
  /** The tokens before calibration, for `calibrate()`; `undefined` where usage would teach nothing about this model. */
  readonly estimate: number | undefined;
}

/** What of a request is counted. */
export type CountedRequest = Pick<ModelRequest, 'prompt' | 'responseFormat'> & { readonly tools?: unknown };

/**
 * Counts for one model, at once. It stays as it is: what is loaded or learnt later is in the next counter. Each method may be given
 * a share of {@link Work}, so that many messages take no more time than one; by default each call may take all of it. The sum of
 * `besides` and of `message` for each message is `request`.
 */
export interface TokenCounter {
  /** Whether it gets better by what providers report. */
  readonly learns: boolean;
  text(text: string, work?: Work): TokenCount;
  message(message: unknown, work?: Work): TokenCount;
  /** All but the messages: tools, a schema for the answer, the begin of the answer. */
  besides(request: Omit<CountedRequest, 'prompt'>, work?: Work): TokenCount;
  request(request: CountedRequest, work?: Work): RequestCount;
}

export interface TokenCounting {
  /** A counter with what is loaded by now. If the model's vocabulary is not, it estimates, and loading begins. */
  counterOf(model: ModelReference): TokenCounter;
  /** The same after loading, which never rejects. */
  load(model: ModelReference): Promise<TokenCounter>;
  /** Takes into account what a provider reported for a request; `estimated` is the `estimate` of its count. */
  calibrate(model: ModelReference, estimated: number, reported: number): void;
}

export interface TokenCountingOptions {
  /** Told once when a vocabulary cannot be loaded; its models are estimated from then on. */
  readonly fault?: (where: string, error: unknown) => void;
  /** @default the vocabularies of `gpt-tokenizer` */
  readonly load?: (vocabulary: Vocabulary) => Promise<Encoder>;
}

/** A count as it is added up. */
interface Sum extends Count {
  readonly exact: boolean;
  readonly hasFiles?: boolean;
}

/** One way to count, and what was counted in this way. */
interface Basis {
  readonly texts: TextCounts;
  /** By message; its texts tell whether it is still the same. */
  readonly messages: WeakMap<object, { readonly texts: readonly string[]; readonly count: Count }>;
}

export function createTokenCounting({ fault, load = loadEncoder }: TokenCountingOptions = {}): TokenCounting {
  const calibration = createCalibration();
  const bases = new Map<string, Basis>();
  const encoders = new Map<Vocabulary, Encoder>();
  const loading = new Map<Vocabulary, Promise<void>>();

  const ready = (vocabulary: Vocabulary): Promise<void> => {
    let under = loading.get(vocabulary);
    if (!under) {
      under = load(vocabulary).then(
        (encoder) => void encoders.set(vocabulary, encoder),
        (error: unknown) => fault?.('context.tokens', error),
      );
      loading.set(vocabulary, under);
    }
    return under;
  };

  const basisOf = (family: CountedModel['family'], encoder: Encoder | undefined): Basis => {
    const key = encoder ? `${family}, encoded` : family;
    let basis = bases.get(key);
    if (!basis) {
      const texts = createTextCounts((text) => estimateText(text, family), encoder);
      bases.set(key, (basis = { texts, messages: new WeakMap() }));
    }
    return basis;
  };

  const counterOf = (reference: ModelReference): TokenCounter => {
    const model = countedModel(reference);
    const vocabulary = vocabularyOf(model);
    const encoder = vocabulary && encoders.get(vocabulary);
    if (vocabulary && !encoder) void ready(vocabulary);
    const isOwn = encoder !== undefined && model.isCertain;
    const factor = isOwn ? 1 : calibration.factorOf(model.name);
    return createCounter(model, basisOf(model.family, encoder), factor, isOwn);
  };

  return {
    counterOf,
    async load(reference) {
      const vocabulary = vocabularyOf(countedModel(reference));
      if (vocabulary) await ready(vocabulary);
      return counterOf(reference);
    },
    calibrate: (reference, estimated, reported) =>
      calibration.learn(countedModel(reference).name, estimated, reported),
  };
}

const vocabularyOf = ({ family }: CountedModel): Vocabulary | undefined =>
  family === 'o200k' || family === 'cl100k' ? family : undefined;

function createCounter(model: CountedModel, basis: Basis, factor: number, isOwn: boolean): TokenCounter {
  const frame = frameOf(model.family);
  const calibrated = ({ tokens, exact }: Sum): TokenCount => ({
    tokens: factor === 1 ? tokens : Math.ceil(tokens * factor),
    exact,
  });

  const textsOf = (texts: readonly string[], work: Work): Count => {
    let [tokens, isEncoded, isRough] = [0, true, false];
    for (const text of texts) {
      const count = basis.texts.count(text, work);
      tokens += count.tokens;
      isEncoded &&= count.isEncoded;
      isRough ||= count.isRough === true;
    }
    return { tokens, isEncoded, isRough };
  };

  const messageOf = (message: unknown, work: Work): Sum => {
    const { texts, files, calls, isStructured, isWritten } = contentOf(message);
    const isKnowable = typeof message === 'object' && message !== null && !isWritten;
    const known = isKnowable ? basis.messages.get(message) : undefined;
    const count = known && isSame(known.texts, texts) ? known.count : textsOf(texts, work);
    // An estimate may be for want of time: it is looked up text by text the next time.
    if (isKnowable && !count.isRough && (count.isEncoded || !isOwn))
      basis.messages.set(message, { texts, count });
    const framed = frame.perMessage + calls * frame.perCall;
    return {
      tokens: files.reduce((sum, file) => sum + fileTokens(model, file), framed + count.tokens),
      isEncoded: count.isEncoded,
      exact: isOwn && model.isChatPublished && count.isEncoded && !isStructured,
      hasFiles: files.length > 0,
    };
  };

  const besidesOf = ({ tools, responseFormat }: Omit<CountedRequest, 'prompt'>, work: Work): Sum => {
    const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
    const schema = schemaOf(responseFormat);
    const count = textsOf([...toolTexts(list, model.family), ...schema], work);
    const framed = list.length > 0 ? frame.withTools + list.length * frame.perTool : 0;
    return {
      tokens: frame.perRequest + framed + count.tokens,
      isEncoded: count.isEncoded,
      exact: isOwn && model.isChatPublished && list.length + schema.length === 0,
    };
  };

  return {
    learns: !isOwn,
    text(text, work = newWork()) {
      const count = basis.texts.count(text, work);
      return calibrated({ ...count, exact: isOwn && count.isEncoded });
    },
    message: (message, work = newWork()) => calibrated(messageOf(message, work)),
    besides: (request, work = newWork()) => calibrated(besidesOf(request, work)),
    request(request, work = newWork()) {
      const sums = [besidesOf(request, work), ...request.prompt.map((message) => messageOf(message, work))];
      const estimate = sums.reduce((sum, { tokens }) => sum + tokens, 0);
      return {
        tokens: sums.reduce((sum, each) => sum + calibrated(each).tokens, 0),
        exact: sums.every(({ exact }) => exact),
        estimate: isOwn || sums.some(({ hasFiles }) => hasFiles) ? undefined : estimate,
      };
    },
  };
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index]);

function schemaOf(format: CountedRequest['responseFormat']): string[] {
  const { schema, name, description }: Record<string, unknown> = { ...format };
  return schema === undefined ? [] : [writtenAsJson({ name, description, schema })];
}
