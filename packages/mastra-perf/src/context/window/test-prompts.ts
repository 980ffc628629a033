import fc from 'fast-check';
import type { PromptMessage } from '../../pipeline/call.ts';

const text = (given: string) => ({ type: 'text', text: given });
const WORDS = 'the night train to the coast leaves at nine and nobody on it knows the way back home yet';

/** A text of so many words, that no other one is like. */
const words = (count: number, salt: number): string => {
  const all = WORDS.split(' ');
  return `${salt} ${Array.from({ length: count }, (_, index) => all[(index * 7 + salt) % all.length]).join(' ')}`;
};

type Step = 'answer' | 'reasoning' | 'call' | 'two calls' | 'call that waits';

interface DrawnTurn {
  readonly length: number;
  readonly systemInFront: boolean;
  readonly file: boolean;
  readonly steps: readonly Step[];
}

const drawnTurn: fc.Arbitrary<DrawnTurn> = fc.record({
  length: fc.oneof({ weight: 5, arbitrary: fc.nat(40) }, fc.nat(600)),
  systemInFront: fc.nat(9).map((one) => one === 0),
  file: fc.nat(9).map((one) => one === 0),
  steps: fc.array(
    fc.constantFrom<Step>('answer', 'answer', 'reasoning', 'call', 'two calls', 'call that waits'),
    {
      maxLength: 4,
    },
  ),
});

/** Prompts as agents have them: system messages anywhere, files, steps with tools, results that come turns later, approvals. */
export const anyPrompt: fc.Arbitrary<PromptMessage[]> = fc
  .record({
    turns: fc.array(drawnTurn, { minLength: 1, maxLength: 14 }),
    beginsWithAnswer: fc.boolean(),
    last: fc.constantFrom<'question' | 'steps'>('question', 'steps'),
  })
  .map(({ turns, beginsWithAnswer, last }) => {
    const prompt: PromptMessage[] = [{ role: 'system', content: words(10, 0) }];
    if (beginsWithAnswer) prompt.push({ role: 'assistant', content: [text(words(9, 1))] });
    let waiting: string[] = [];
    let id = 0;
    turns.forEach((turn, index) => {
      if (turn.systemInFront) prompt.push({ role: 'system', content: words(8, index) });
      const file = {
        type: 'file',
        mediaType: 'text/plain',
        data: new Uint8Array(Buffer.from(words(20, index))),
      };
      prompt.push({ role: 'user', content: [text(words(turn.length, index)), ...(turn.file ? [file] : [])] });
      // An answer to an approval, and the result of what waited for it.
      if (waiting.length > 0)
        prompt.push({
          role: 'tool',
          content: waiting.flatMap((callId) => [
            { type: 'tool-approval-response', approvalId: `approval-${callId}`, approved: true },
            result(callId, turn.length),
          ]),
        });
      waiting = [];
      const steps = index === turns.length - 1 && last === 'question' ? [] : turn.steps;
      for (const step of steps) {
        if (step === 'answer')
          prompt.push({ role: 'assistant', content: [text(words(turn.length, index + 7))] });
        else if (step === 'reasoning')
          prompt.push({
            role: 'assistant',
            content: [{ type: 'reasoning', text: words(12, index) }, text(words(5, index))],
          });
        else {
          const ids = Array.from({ length: step === 'two calls' ? 2 : 1 }, () => `call-${++id}`);
          prompt.push({ role: 'assistant', content: ids.map(callOf) });
          if (step === 'call that waits') waiting.push(...ids);
          else prompt.push({ role: 'tool', content: ids.map((each) => result(each, turn.length)) });
        }
      }
    });
    return prompt;
  });

const callOf = (toolCallId: string) => ({
  type: 'tool-call',
  toolCallId,
  toolName: 'look',
  input: { at: toolCallId },
});
const result = (toolCallId: string, length: number) => ({
  type: 'tool-result',
  toolCallId,
  toolName: 'look',
  output: { type: 'json', value: { found: words(length, 3) } },
});

export const SENTENCE =
  'The night train to the coast leaves at nine, and nobody on it knows the way back home yet. ';

/** A conversation of so many messages, each of so many characters. */
export const history = (length: number, characters: number): PromptMessage[] =>
  Array.from({ length }, (_, index) => {
    const said = `${index} ${SENTENCE.repeat(Math.ceil(characters / SENTENCE.length))}`;
    return { role: index % 2 === 0 ? 'user' : 'assistant', content: [text(said.slice(0, characters))] };
  });
