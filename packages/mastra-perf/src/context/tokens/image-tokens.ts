import type { CountedModel } from './counted-model.ts';
import type { Size } from './image-size.ts';

/** What is assumed of an image that only its provider gets to see. */
const ASSUMED: Size = { width: 1024, height: 1024 };

/**
 * Tokens of an image by the rules in the providers' documentation, as of 2026-11: OpenAI "Images and vision", Anthropic "Vision",
 * Google "Understand and count tokens". Where there is none, a token for 28 x 28 pixels.
 */
export function imageTokens(model: CountedModel, size: Size = ASSUMED, detail?: unknown): number {
  switch (model.family) {
    case 'o200k':
    case 'cl100k':
      return openaiTokens(model.id, size, detail);
    case 'claude':
      return pixels(size, 1568, 1600) / 750;
    case 'claudeNext':
      return pixels(size, 2576, 4800) / 750;
    case 'gemini':
      return geminiTokens(model.id, size);
    default:
      return Math.min(4096, Math.max(64, (size.width * size.height) / 784));
  }
}

/** Pixels after the image was made smaller for a longest edge and a number of tokens. */
function pixels({ width, height }: Size, edge: number, mostTokens: number): number {
  const scale = Math.min(1, edge / Math.max(width, height));
  return Math.min(mostTokens * 750, width * height * scale * scale);
}

function geminiTokens(id: string, { width, height }: Size): number {
  if (/gemini-([3-9]|\d\d)/.test(id)) return 1120;
  return width <= 384 && height <= 384 ? 258 : Math.ceil(width / 768) * Math.ceil(height / 768) * 258;
}

const PATCHES: readonly (readonly [pattern: RegExp, perPatch: number])[] = [
  [/^gpt-(4\.1|5)-mini/, 1.62],
  [/^gpt-(4\.1|5)-nano/, 2.46],
  [/^o4-mini/, 1.72],
];

const TILES: readonly (readonly [pattern: RegExp, base: number, perTile: number])[] = [
  [/^gpt-4o-mini/, 2833, 5667],
  [/^o[13]/, 75, 150],
  [/^gpt-5/, 70, 140],
];
const OTHER_TILES = [/^/, 85, 170] as const;

function openaiTokens(id: string, size: Size, detail: unknown): number {
  const perPatch = PATCHES.find(([pattern]) => pattern.test(id))?.[1];
  if (perPatch !== undefined)
    return Math.min(1536, Math.ceil(size.width / 32) * Math.ceil(size.height / 32)) * perPatch;
  const [, base, perTile] = TILES.find(([pattern]) => pattern.test(id)) ?? OTHER_TILES;
  return detail === 'low' ? base : base + perTile * tiles(size);
}

/** Squares of 512 pixels, after the image was made to fit 2048 x 2048 and then its short edge to 768. */
function tiles({ width, height }: Size): number {
  const fit = Math.min(1, 2048 / Math.max(width, height));
  const scale = fit * Math.min(1, 768 / (Math.min(width, height) * fit));
  return Math.ceil((width * scale) / 512) * Math.ceil((height * scale) / 512);
}
