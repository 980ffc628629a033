import { mockModel, type MockAnswer, type MockLanguageModel } from '@mastra-perf/testkit';

/** What a provider writes down of a call. */
export interface ProviderEntry {
  readonly agent: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The models of the travel agency. Answers have numbers, so that it can be told whose they are; the guide always says the same. */
export interface TravelModels {
  readonly planner: MockLanguageModel;
  readonly guide: MockLanguageModel;
  readonly writer: MockLanguageModel;
  readonly clerk: MockLanguageModel;
  readonly log: readonly ProviderEntry[];
}

/** The numbers of the answers that are quoted in a text. */
export const answersIn = (text: string): readonly string[] => [
  ...new Set(text.match(/answer \d+ of \w+/g) ?? []),
];

const CHECK = 'evaluate if the task is complete';

export function travelModels(): TravelModels {
  const log: ProviderEntry[] = [];
  const model = (agent: string, respond: (prompt: string, mark: string) => MockAnswer): MockLanguageModel =>
    mockModel({
      respond: ({ prompt }) => {
        const entry = { agent, inputTokens: 100 + log.length, outputTokens: 10 + log.length };
        log.push(entry);
        return {
          ...respond(JSON.stringify(prompt), `answer ${log.length} of ${agent}`),
          usage: { inputTokens: entry.inputTokens, outputTokens: entry.outputTokens },
        };
      },
    });
  return {
    log,
    planner: model('planner', (prompt, mark) => ({ text: JSON.stringify(plan(prompt, mark)) })),
    guide: model('guide', () => ({ text: 'See the Pantheon.' })),
    writer: model('writer', (_, mark) => ({ text: `Dear hotel (${mark}).` })),
    clerk: model('clerk', (prompt, mark) =>
      prompt.includes('"tool-result"')
        ? { text: `It is paid (${mark}).` }
        : { tools: [{ name: 'pay', args: { euros: 90 } }] },
    ),
  };
}

/** First the guide, then the booking; what is done is in the prompt. */
function plan(prompt: string, mark: string): object {
  if (prompt.includes(CHECK)) {
    const isComplete = prompt.includes('workflow \\"booking\\"');
    return { isComplete, completionReason: mark, finalResult: isComplete ? `All is booked (${mark}).` : '' };
  }
  return prompt.includes('Pantheon')
    ? {
        primitiveId: 'booking',
        primitiveType: 'workflow',
        prompt: '{"city":"Rome"}',
        selectionReason: mark,
      }
    : {
        primitiveId: 'guide',
        primitiveType: 'agent',
        prompt: 'What is there to see in Rome?',
        selectionReason: mark,
      };
}
