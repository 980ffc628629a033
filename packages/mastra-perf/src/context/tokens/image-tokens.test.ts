import { describe, expect, it } from 'vitest';
import { fileTokens, type CountedFile } from './counted-file.ts';
import { countedModel } from './counted-model.ts';
import { imageSize } from './image-size.ts';
import { imageTokens } from './image-tokens.ts';

const image = (model: string, width: number, height: number, detail?: string): number =>
  Math.round(imageTokens(countedModel(model), { width, height }, detail));

const bytes = (...parts: readonly (readonly number[] | string)[]): Uint8Array =>
  Buffer.concat([...parts.map((part) => Buffer.from(part as string, 'latin1')), Buffer.alloc(30)]);

describe('images', () => {
  it('have their size read from their first bytes', () => {
    const size = { width: 640, height: 480 };
    const png = bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 2, 128, 0, 0, 1, 224]);
    const gif = bytes('GIF89a', [128, 2, 224, 1]);
    const jpeg = bytes(
      [255, 216, 255, 224, 0, 4, 1, 1],
      [255, 196, 0, 3, 0],
      [255, 192, 0, 17, 8, 1, 224, 2, 128],
    );
    const head = ['RIFF', [0, 0, 0, 0], 'WEBP'] as const;
    const lossy = bytes(...head, 'VP8 ', [0, 0, 0, 0, 0, 0, 0, 157, 1, 42, 128, 2, 224, 1]);
    const lossless = bytes(...head, 'VP8L', [0, 0, 0, 0, 47, 127, 194, 119, 0]);
    const extended = bytes(...head, 'VP8X', [0, 0, 0, 0, 0, 0, 0, 0, 127, 2, 0, 223, 1, 0]);
    for (const given of [png, gif, jpeg, lossy, lossless, extended]) expect(imageSize(given)).toEqual(size);
  });

  it('have no size when they are cut off or something else', () => {
    for (const given of [
      bytes(),
      bytes('no image'),
      bytes([255, 216, 255]),
      new Uint8Array(),
      bytes('GIF89a'),
    ])
      expect(imageSize(given)).toBeUndefined();
  });

  it.each([
    // OpenAI, "Images and vision": the examples of the page.
    ['gpt-4o', 1024, 1024, 765],
    ['gpt-4o', 2048, 4096, 1105],
    ['gpt-4o-mini', 512, 512, 8500],
    ['gpt-4.1-mini', 1024, 1024, 1659],
    ['o3', 512, 512, 225],
    ['gpt-5', 512, 512, 210],
    // Anthropic, "Vision".
    ['claude-sonnet-4-5', 1000, 1000, 1333],
    ['claude-sonnet-4-5', 4000, 3000, 1600],
    ['claude-opus-4-7', 2000, 1500, 4000],
    // Google, "Understand and count tokens".
    ['gemini-2.5-flash', 384, 384, 258],
    ['gemini-2.5-flash', 1024, 1024, 1032],
    ['gemini-3-pro', 1024, 1024, 1120],
  ])('count for %s at %i x %i by the rule of the provider', (model, width, height, tokens) => {
    expect(image(model, width, height)).toBe(tokens);
  });

  it('count the same at any size when their detail is low', () => {
    expect(image('gpt-4o', 4000, 4000, 'low')).toBe(85);
  });
});

describe('files', () => {
  const file = (model: string, fields: Partial<CountedFile>): number =>
    fileTokens(countedModel(model), {
      mediaType: '',
      bytes: undefined,
      size: undefined,
      detail: undefined,
      ...fields,
    });

  it('count by how long they are, or as a few pages when nobody knows', () => {
    expect(file('gemini-2.5-pro', { mediaType: 'application/pdf', bytes: 500_000 })).toBe(2580);
    expect(file('claude-opus-4-8', { mediaType: 'application/pdf', bytes: 100 })).toBe(3000);
    expect(file('gpt-4o', { mediaType: 'application/pdf' })).toBe(7500);
    expect(file('gemini-2.5-pro', { mediaType: 'audio/mp3', bytes: 160_000 })).toBe(320);
    expect(file('gemini-2.5-pro', { mediaType: 'video/mp4', bytes: 2_500_000 })).toBe(2630);
    expect(file('gpt-4o', { mediaType: 'image/png' })).toBe(765);
  });
});
