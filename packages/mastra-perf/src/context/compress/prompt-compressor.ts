import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { systemClock, type Clock } from '../../base/clock.ts';
import { DeadlineExceeded, withDeadline } from '../../base/deadline.ts';
import { parseOptions } from '../../base/parse-options.ts';
import { PerfConfigError } from '../../errors.ts';
import type { ModelReference } from '../tokens/counted-model.ts';
import type { TokenCounting } from '../tokens/token-counting.ts';
import { compressStructured, checkMaxTokens } from './compress-structured.ts';
import { compressionCounts, type CompressionStats, type RejectReason } from './compression-stats.ts';
import { compressorSchema, type PromptCompressorOptions } from './compressor-options.ts';
import type { CountText } from './cut-text.ts';
import { createRests } from './rests.ts';
import { createSharedWork } from './shared-work.ts';
import { summarizeGuarded, type Guarded } from './summarize-guarded.ts';
import { askSummarizer, CutOff, type AskSummarizer } from './summarizer.ts';
import { DEFAULT_MODEL } from './steady-count.ts';

const WHERE = 'context.compress';
const TIMEOUT_MS = 30_000;
const MAX_ENTRIES = 500;
const MAX_BYTES = 8 * 1024 * 1024;
const ENTRY_BYTES = 200;
/** A text that could not be shortened will hardly be at the next step of an agent. */
const TEXT_RESTS = { firstMs: 60_000, maxMs: 3_600_000 };
/** A summarizer that fails for three texts in a row is down: the fourth does not wait for it. */
const SUMMARIZER_RESTS = { firstMs: 5_000, maxMs: 300_000, spared: 2 };
const SUMMARIZER = 'summarizer';

export interface CompressOptions {
  /** Ends the waiting of this call, which rejects with its reason; others that wait for the same text go on. */
  readonly signal?: AbortSignal;
}

/** What tests drive. */
export interface CompressorInternals {
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly counting?: TokenCounting;
}

/**
 * Makes texts shorter with a summarizer of your own, and never worse: an answer counts only if it is really shorter, fits, and has in it
 * what it must keep. Whatever a summarizer does, a call gets a text: at worst the one that it gave.
 *
 * @example
 * const compressor = new PromptCompressor({ summarizer: mastra.getAgent('summarizer'), keep: { numbers: true } });
 * const short = await compressor.compress(longText, 500);
 */
export class PromptCompressor {
  readonly #options: PromptCompressorOptions;
  readonly #model: ModelReference;
  readonly #timeoutMs: number;
  readonly #ask: AskSummarizer;
  readonly #clock: Clock;
  #counting: TokenCounting | undefined;
  readonly #counts = compressionCounts();
  readonly #known: LRUCache<string, string>;
  readonly #shared = createSharedWork<Guarded>();
  readonly #texts: ReturnType<typeof createRests>;
  readonly #summarizer: ReturnType<typeof createRests>;
  /** Set in what the summarizer does: it may be an agent whose own prompts are compressed here. */
  readonly #asking = new AsyncLocalStorage<true>();

  /** @throws PerfConfigError */
  constructor(options: PromptCompressorOptions, internals: CompressorInternals = {}) {
    const parsed = parseOptions(compressorSchema, options, 'PromptCompressor');
    const { clock = systemClock, random = Math.random } = internals;
    this.#options = { ...options, keep: { ...options.keep } };
    this.#model = parsed.model ?? DEFAULT_MODEL;
    this.#timeoutMs = parsed.timeout ?? TIMEOUT_MS;
    this.#ask = askSummarizer(parsed.summarizer) as AskSummarizer; // the schema has asked the same
    this.#clock = clock;
    this.#counting = internals.counting;
    this.#texts = createRests({ clock, random, ...TEXT_RESTS });
    this.#summarizer = createRests({ clock, random, ...SUMMARIZER_RESTS });
    this.#known = new LRUCache({
      max: parsed.maxEntries ?? MAX_ENTRIES,
      maxSize: parsed.maxBytes ?? MAX_BYTES,
      sizeCalculation: (text) => text.length * 2 + ENTRY_BYTES,
    });
  }

  /**
   * The text with at most so many tokens, or as it is when it fits or when the summarizer does not do it. Shortened texts are remembered, a
   * text is never shortened twice at the same time, and one that could not be is not tried again for a minute, then two, up to an hour.
   *
   * @throws PerfConfigError for a text or a `maxTokens` that is none; the reason of `signal`. Nothing else.
   */
  async compress(text: string, maxTokens: number, { signal }: CompressOptions = {}): Promise<string> {
    if (typeof text !== 'string') throw new PerfConfigError('compress: text', text, 'a text');
    checkMaxTokens(maxTokens, 'compress: maxTokens');
    signal?.throwIfAborted();
    const counter = await (await this.#tokenCounting()).load(this.#model);
    signal?.throwIfAborted();
    const count: CountText = (counted) => counter.text(counted).tokens;
    const tokens = count(text);
    if (tokens <= maxTokens) {
      this.#counts.unneeded();
      return text;
    }
    const key = `${maxTokens}:${hash('sha256', text, 'base64url')}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#counts.shortened('cache', tokens, count(known));
      return known;
    }
    const idle = this.#whyNotAsked(key);
    if (idle !== undefined) return this.#unchanged(text, idle);
    const made = await this.#shared.join(
      key,
      (left) => this.#make(key, { text, maxTokens, tokens, count, left }),
      signal,
    );
    if ('reason' in made.value) return this.#unchanged(text, made.value.reason);
    const shorter = made.value.text;
    this.#counts.shortened(made.isFirst ? 'summarizer' : 'cache', tokens, count(shorter));
    return shorter;
  }

  /** {@link compressStructured} for the model of this compressor. */
  compressStructured(data: unknown, maxTokens?: number): string {
    return compressStructured(data, maxTokens, { model: this.#model });
  }

  stats(): CompressionStats {
    return this.#counts.stats();
  }

  #whyNotAsked(key: string): RejectReason | undefined {
    if (this.#asking.getStore()) return 'nested';
    const isResting = this.#texts.isResting(key) || this.#summarizer.isResting(SUMMARIZER);
    return isResting ? 'resting' : undefined;
  }

  #unchanged(text: string, reason: RejectReason): string {
    this.#counts.rejected(reason);
    return text;
  }

  /** Never rejects. `left` fires when nobody waits any more: what comes then is kept if it is good, and no failure if not. */
  async #make(key: string, question: Question): Promise<Guarded> {
    const { text, maxTokens, tokens, count, left } = question;
    const made = await this.#asked(text, maxTokens, count, left);
    if ('text' in made) {
      this.#known.set(key, made.text);
      this.#texts.succeeded(key);
      this.#summarizer.succeeded(SUMMARIZER);
    } else if (!left.aborted) {
      const { reason } = made;
      this.#texts.failed(key);
      if (reason === 'error' || reason === 'timeout') this.#summarizer.failed(SUMMARIZER);
      else this.#summarizer.succeeded(SUMMARIZER);
      this.#tell(() => this.#options.onReject?.({ reason, tokens, maxTokens }));
    }
    return made;
  }

  async #asked(text: string, maxTokens: number, count: CountText, left: AbortSignal): Promise<Guarded> {
    const ask = new AbortController();
    const { signal } = ask;
    left.addEventListener('abort', () => ask.abort(left.reason), { once: true });
    const { keep = {} } = this.#options;
    try {
      return await withDeadline(this.#clock, this.#timeoutMs, () =>
        this.#asking.run(true, () => summarizeGuarded(this.#ask, { text, maxTokens, keep, count, signal })),
      );
    } catch (error) {
      if (error instanceof CutOff) return { reason: 'cutOff' };
      if (!left.aborted) this.#fault(WHERE, error);
      if (!(error instanceof DeadlineExceeded)) return { reason: 'error' };
      ask.abort(error);
      return { reason: 'timeout' };
    }
  }

  /** Loaded with the first text. */
  async #tokenCounting(): Promise<TokenCounting> {
    const { createTokenCounting } = await import('../tokens/token-counting.ts');
    return (this.#counting ??= createTokenCounting({ fault: (...told) => this.#fault(...told) }));
  }

  #fault(where: string, error: unknown): void {
    try {
      this.#options.fault?.(where, error);
    } catch {
      // There is nobody left to tell.
    }
  }

  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#fault(WHERE, error);
    }
  }
}

interface Question {
  readonly text: string;
  readonly maxTokens: number;
  readonly tokens: number;
  readonly count: CountText;
  readonly left: AbortSignal;
}
