import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PromptMessage } from '../../pipeline/call.ts';
import { newWork } from '../tokens/text-counts.ts';
import { createTokenCounting } from '../tokens/token-counting.ts';
import { countPrompt } from './count-prompt.ts';
import { fit, type Trim } from './fit.ts';
import { anyPrompt } from './test-prompts.ts';

/* What holds of every window, whatever the prompt is. */

type Prompt = readonly PromptMessage[];

const counting = createTokenCounting();
const exact = await counting.load('openai/gpt-4o');
const estimated = counting.counterOf('anthropic/claude-sonnet-4-5');
const tokensOf = (prompt: Prompt, counter = exact): number =>
  prompt.reduce((sum, message) => sum + counter.message(message).tokens, 0);

interface Choice {
  readonly budget: number;
  readonly trim: Trim;
  readonly keepFirst: number;
}

function windowOf(prompt: Prompt, { budget, trim, keepFirst }: Choice, counter = exact): Prompt {
  const { units, tokens } = countPrompt({ prompt, counter, work: newWork(), limit: budget, keepFirst });
  if (tokens <= budget) return prompt;
  const { dropped } = fit(units, budget, trim);
  return units.flatMap((unit, place) => (dropped.has(place) ? [] : prompt.slice(unit.from, unit.to)));
}

/** What stays by its own rules, told in another way than the window does. */
function mustStay(prompt: Prompt, keepFirst: number): Set<PromptMessage> {
  const isTurn = (from: number): boolean =>
    prompt[from]?.role === 'user' || (prompt[from]?.role !== 'system' && prompt[from - 1]?.role === 'system');
  const starts = prompt.flatMap((message, index) =>
    message.role !== 'system' && (index === 0 || isTurn(index)) ? [index] : [],
  );
  const turns = starts.map((from, index) =>
    prompt.slice(from, starts[index + 1]).filter(({ role }) => role !== 'system'),
  );
  const stays = new Set(prompt.filter(({ role }) => role === 'system'));
  const idsOf = (turn: Prompt, type: string): string[] =>
    turn.flatMap(({ content }) =>
      (Array.isArray(content) ? (content as { type: string; toolCallId: string }[]) : [])
        .filter((part) => part.type === type)
        .map(({ toolCallId }) => toolCallId),
    );
  turns.forEach((turn, index) => {
    const elsewhere = turns.filter((other) => other !== turn);
    const called = new Set(elsewhere.flatMap((other) => idsOf(other, 'tool-call')));
    const answered = new Set(elsewhere.flatMap((other) => idsOf(other, 'tool-result')));
    const isNeeded =
      idsOf(turn, 'tool-result').some((id) => called.has(id)) ||
      idsOf(turn, 'tool-call').some((id) => answered.has(id));
    if (index < keepFirst || index === turns.length - 1 || isNeeded) turn.forEach((each) => stays.add(each));
  });
  return stays;
}

/** A budget between nothing and more than all: mostly one that something has to be left out for. */
const drawn = fc.record({
  percent: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 99 }) },
    fc.integer({ min: -100, max: 120 }),
  ),
  trim: fc.constantFrom<Trim>('block', 'slide'),
  keepFirst: fc.constantFrom(0, 0, 0, 1, 3),
});
function choiceFor(
  prompt: Prompt,
  { percent, ...rest }: { percent: number } & Omit<Choice, 'budget'>,
): Choice {
  const least = tokensOf([...mustStay(prompt, rest.keepFirst)]);
  const more = percent < 0 ? least : tokensOf(prompt) - least;
  return { ...rest, budget: Math.max(1, Math.round(least + (more * percent) / 100)) };
}
const holds = (property: (prompt: Prompt, choice: Choice) => void): void =>
  fc.assert(
    fc.property(anyPrompt, drawn, (prompt, given) => property(prompt, choiceFor(prompt, given))),
    { numRuns: 400 },
  );
const parts = (prompt: Prompt, type: string): string[] =>
  prompt.flatMap(({ content }) =>
    Array.isArray(content)
      ? (content as { type: string; toolCallId: string }[]).flatMap((part) =>
          part.type === type ? [part.toolCallId] : [],
        )
      : [],
  );

describe('every window', () => {
  it('is not over the budget by exact count, unless what must stay is; then it is that', () => {
    const seen = { fits: 0, trimmed: 0, tooLong: 0 };
    holds((prompt, given) => {
      const left = windowOf(prompt, given);
      const fixed = [...mustStay(prompt, given.keepFirst)];
      if (tokensOf(fixed) > given.budget) {
        seen.tooLong++;
        expect(new Set(left)).toEqual(new Set(fixed));
      } else {
        seen[left.length < prompt.length ? 'trimmed' : 'fits']++;
        expect(tokensOf(left)).toBeLessThanOrEqual(given.budget);
      }
    });
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(3);
  });

  it('has the system messages, the newest question and all that follows it, and the first turns that are wanted', () => {
    holds((prompt, given) => {
      const left = new Set(windowOf(prompt, given));
      for (const message of mustStay(prompt, given.keepFirst)) expect(left.has(message)).toBe(true);
      const question = prompt.findLastIndex(({ role }) => role === 'user');
      for (const message of prompt.slice(question)) expect(left.has(message)).toBe(true);
    });
  });

  it('never parts a call from its result', () => {
    holds((prompt, given) => {
      const left = windowOf(prompt, given);
      const [calls, results] = [parts(left, 'tool-call'), parts(left, 'tool-result')];
      expect(results.every((id) => calls.includes(id))).toBe(true);
      const answered = new Set(parts(prompt, 'tool-result'));
      expect(calls.filter((id) => answered.has(id)).every((id) => results.includes(id))).toBe(true);
    });
  });

  it('keeps the order and the messages themselves', () => {
    holds((prompt, given) => {
      const places = windowOf(prompt, given).map((message) => prompt.indexOf(message));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(new Set(places).size).toBe(places.length);
      expect(places.includes(-1)).toBe(false);
    });
  });

  it('is the window of itself', () => {
    holds((prompt, given) => {
      const once = windowOf(prompt, given);
      expect(windowOf(once, given)).toEqual(once);
    });
  });

  it('has with a larger budget all that it has with a smaller one', () => {
    fc.assert(
      fc.property(anyPrompt, drawn, fc.integer({ min: 1, max: 100 }), (prompt, given, more) => {
        const smaller = choiceFor(prompt, given);
        const larger = { ...smaller, budget: Math.ceil(smaller.budget * (1 + more / 100)) };
        const left = new Set(windowOf(prompt, larger));
        for (const message of windowOf(prompt, smaller)) expect(left.has(message)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('is the same again, and for messages that were made anew', () => {
    holds((prompt, given) => {
      const left = windowOf(prompt, given);
      expect(windowOf(prompt, given)).toEqual(left);
      expect(windowOf(structuredClone(prompt), given)).toEqual(left);
    });
  });

  it('leaves out a beginning only, between what must stay', () => {
    holds((prompt, given) => {
      const left = new Set(windowOf(prompt, given));
      const stays = mustStay(prompt, given.keepFirst);
      const free = prompt.filter((message) => !stays.has(message));
      const firstLeft = free.findIndex((message) => left.has(message));
      if (firstLeft >= 0) expect(free.slice(firstLeft).every((message) => left.has(message))).toBe(true);
    });
  });

  it('holds for estimated models by their own count', () => {
    holds((prompt, given) => {
      const left = windowOf(prompt, given, estimated);
      const fixed = tokensOf([...mustStay(prompt, given.keepFirst)], estimated);
      expect(tokensOf(left, estimated)).toBeLessThanOrEqual(Math.max(given.budget, fixed));
    });
  });
});

describe('blocks', () => {
  /** A conversation of 300 turns, of which one call after the other is made. */
  const conversation = Array.from({ length: 600 }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: [{ type: 'text', text: `${index} `.repeat(3 + ((index * 7) % 23)) }],
  }));
  const beginnings = (trim: Trim, last = Infinity): number => {
    const firsts: (PromptMessage | undefined)[] = [];
    for (let turn = 1; turn < 300; turn++) {
      const prompt = conversation.slice(Math.max(0, 2 * turn - last), 2 * turn + 1);
      firsts.push(windowOf(prompt, { budget: 2000, trim, keepFirst: 0 })[0]);
    }
    return firsts.filter((first, index) => index > 0 && first !== firsts[index - 1]).length;
  };

  it('begin alike for a fifth of the budget on the mean, also of a history that slides', () => {
    const budgets = tokensOf(conversation) / 2000;
    expect(budgets).toBeGreaterThan(8);
    expect(beginnings('block')).toBeLessThanOrEqual(5 * budgets);
    expect(beginnings('block', 200)).toBe(beginnings('block'));
    expect(beginnings('slide')).toBeGreaterThan(200);
  });
});
