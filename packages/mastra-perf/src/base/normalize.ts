import * as z from 'zod/mini';
import { canonicalHash } from './canonical-hash.ts';

/** Which texts ask the same: see `cache.normalize`. */
export type Normalize = 'exact' | 'whitespace' | 'insensitive' | ((text: string) => string);

export const normalizeSchema = () =>
  z.custom<Normalize>(
    (value) =>
      typeof value === 'function' || value === 'exact' || value === 'whitespace' || value === 'insensitive',
    { error: "'exact', 'whitespace', 'insensitive' or a function from text to text" },
  );

/** Takes away from a text what does not matter. */
export interface Normalizer {
  readonly normal: (text: string) => string;
  /** Tells kinds of normalisation apart: what one of them takes for equal another may not. */
  readonly kind: string;
}

const spaced = (text: string): string => text.trim().replace(/\s+/g, ' ');

const NORMALIZERS = {
  whitespace: { kind: 'whitespace', normal: spaced },
  insensitive: { kind: 'insensitive', normal: (text: string) => spaced(text).toLowerCase() },
} as const satisfies Record<string, Normalizer>;

/** `undefined` where texts are taken as they are. A function is known by its source: a changed one finds no old answers. */
export function normalizerOf(normalize: Normalize = 'exact'): Normalizer | undefined {
  if (normalize === 'exact') return undefined;
  if (typeof normalize === 'string') return NORMALIZERS[normalize];
  return { kind: `own:${canonicalHash(String(normalize))}`, normal: checked(normalize) };
}

const checked =
  (normalize: (text: string) => string) =>
  (text: string): string => {
    const normal: unknown = normalize(text);
    if (typeof normal === 'string') return normal;
    throw new TypeError(`cache.normalize must return a text, it returned ${typeof normal}`);
  };
