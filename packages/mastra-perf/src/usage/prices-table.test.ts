import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testClock } from '../base/test-clock.ts';
import { createPriceBook, type PriceBook } from './prices.ts';
import { LISTED, SOURCES, type ListedPrice } from './test-price-table.ts';

const NOW = '2026-11-23T12:00:00Z';

async function bookAt(time: string): Promise<PriceBook> {
  const book = createPriceBook({
    clock: testClock(Date.parse(time)),
    onUnpriced: () => undefined,
    fault: (_where, error) => expect.fail(String(error)),
  });
  await book.ready();
  return book;
}

type Bill = readonly [kind: string, usage: unknown, millionths: number];

/** Usages as AI SDK models report them, and the millionths of a dollar that they cost by the row. */
function bills({ input, output, cached, write, write1h, above }: ListedPrice): Bill[] {
  if (output === undefined) return [['embedding', { tokens: 100_000 }, 100_000 * input]];
  const flat = (inputTokens: number, outputTokens: number, parts = {}) => ({
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...parts,
  });
  const written = (cacheWrite: number, ephemeral_1h_input_tokens: number) => ({
    inputTokens: { total: 100_000, noCache: 100_000 - cacheWrite, cacheRead: 0, cacheWrite },
    outputTokens: { total: 0, text: 0, reasoning: 0 },
    raw: { cache_creation: { ephemeral_1h_input_tokens } },
  });
  const all: Bill[] = [
    ['input', flat(100_000, 0), 100_000 * input],
    ['output', flat(0, 20_000), 20_000 * output],
    ['reasoning', flat(10, 20_000, { reasoningTokens: 15_000 }), 10 * input + 20_000 * output],
  ];
  if (cached !== undefined)
    all.push(['cached', flat(100_000, 0, { cachedInputTokens: 90_000 }), 10_000 * input + 90_000 * cached]);
  if (write !== undefined) all.push(['write', written(60_000, 0), 40_000 * input + 60_000 * write]);
  if (write !== undefined && write1h !== undefined)
    all.push(['1 h', written(60_000, 45_000), 40_000 * input + 15_000 * write + 45_000 * write1h]);
  if (above) {
    const [short, long] = [above.tokens - 10, above.tokens + 10];
    all.push(['short', flat(short, 500), short * input + 500 * output]);
    all.push(['long', flat(long, 500), long * above.input + 500 * above.output]);
  }
  return all;
}

const nameOf = ({ provider, model }: ListedPrice): string => `${provider}/${model}`;

describe('our prices', () => {
  it.each(LISTED.map((row) => [`${nameOf(row)} ${row.at ?? ''}`, row] as const))(
    'are those of the provider: %s',
    async (_name, row) => {
      const book = await bookAt(row.at ?? NOW);
      const expected = bills(row).map(([kind, , millionths]) => [kind, expect.closeTo(millionths / 1e6, 9)]);
      for (const provider of [row.provider, `${row.provider}.chat`]) {
        const ours = bills(row).map(([kind, usage]) => [kind, book.usdOf(provider, row.model, usage)]);
        expect(ours).toEqual(expected);
      }
    },
  );

  it('are compared for enough models, nearly all with figures of their providers', () => {
    expect(new Set(LISTED.map(nameOf)).size).toBeGreaterThanOrEqual(50);
    expect(new Set(LISTED.map(({ provider }) => provider)).size).toBeGreaterThanOrEqual(10);
    expect(LISTED.filter(({ source }) => source === 'library').length).toBeLessThanOrEqual(3);
  });

  it.each([
    ['vertex.anthropic.messages', 'claude-opus-4-6', 5],
    ['amazon-bedrock', 'global.anthropic.claude-haiku-4-5-20251001-v1:0', 1],
    ['amazon-bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 3.3],
    ['openrouter', 'anthropic/claude-haiku-4.5', 1],
  ])('of Claude at %s are twice the input for what is cached for an hour', async (provider, model, input) => {
    const book = await bookAt(NOW);
    const usage = {
      inputTokens: { total: 100_000, cacheWrite: 100_000 },
      outputTokens: { total: 0 },
      raw: { cache_creation: { ephemeral_1h_input_tokens: 100_000 } },
    };
    expect(book.usdOf(provider, model, usage)).toBeCloseTo((2 * input) / 10, 9);
    const most = book.mostUsdOf(provider, model, { inputTokens: 100_000, outputTokens: 0 });
    expect(most).toBeCloseTo((2 * input) / 10, 9);
  });
});

describe('docs/prices.md', () => {
  const page = readFileSync(new URL('../../../../docs/prices.md', import.meta.url), 'utf8');

  it('has the rows of the comparison', () => {
    const rows = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.slice(1, -1).split('|'))
      .map((cells) => cells.map((cell) => cell.trim()));
    expect(rows).toEqual(LISTED.map(cellsOf));
  });

  it('tells where the figures stand', () => {
    const links = [...page.matchAll(/^\[(\w+)\]: (\S+)$/gm)].map(([, name, url]) => [name, url]);
    expect(links).toEqual(Object.entries(SOURCES).map(([name, { url }]) => [name, url]));
  });
});

function cellsOf(row: ListedPrice): string[] {
  const { input, output, cached, write, write1h, above, at, mastra, source } = row;
  const time = at === undefined ? '' : ` ${at.slice(11, 16)} UTC`;
  return [
    `\`${nameOf(row)}\`${time}`,
    `${input}`,
    output === undefined ? '' : `${output}`,
    cached === undefined ? '' : `${cached}`,
    [write, write1h].filter((rate) => rate !== undefined).join(' / '),
    above ? `${above.input} / ${above.output} > ${above.tokens / 1000}k` : '',
    mastra ?? '',
    `[${SOURCES[source].read}][${source}]`,
  ];
}
