import type { ModelRequest, PromptMessage } from '../../pipeline/call.ts';
import type { MarkerDialect } from './dialect.ts';
import { longFrom } from './long-from.ts';
import { isRecord, recordIn } from '../../base/record.ts';

/**
 * From a marker a provider looks for what it has cached at most 20 blocks back, the marker's own one included. Some slack, because
 * providers of the AI SDK may make two blocks of a part.
 */
const LOOK_BACK = 18;

/**
 * Where markers serve later calls, the most useful first: places as {@link ownMarkers} has them.
 *
 * 1. The last of the system messages that a prompt begins with: the same for all conversations.
 * 2. The end of what came before the newest question: the same at the next turn, whatever is put in front of the question.
 * 3. The end: the next step of a loop of tools begins with it, and so does the next turn unless the question is passing.
 * 4. Where the call before put its last marker, if that is too far back to be found from 2 or 3.
 * 5. The first of several system messages: working memory and what is recalled come after it, and change.
 * 6. The last tool, in case the system messages change.
 */
export function stablePlaces(request: ModelRequest, dialect: MarkerDialect, isPassing: boolean): number[] {
  const { prompt } = request;
  const turns = turnsOf(prompt, dialect.canMark);
  const { leading, history, step } = turns;
  const end = prompt.length - 1;
  const isEndUseful =
    prompt[end]?.role === 'tool' || canCallTools(request) || (history !== undefined && !isPassing);
  const last = isEndUseful && turns.isMarkable(end) && prompt[end]?.role !== 'assistant' ? end : undefined;
  const bridge =
    step === undefined ? tooFar(prompt, turns.earlierHistory, history) : tooFar(prompt, step, last); // of a later step, `history` was marked by the first one
  const wanted = [
    turns.markable(leading - 1, 0),
    history,
    last,
    bridge,
    firstSystem(prompt, leading, dialect),
    dialect.marksTools ? lastTool(request.tools) : undefined,
  ];
  const least = longFrom(request);
  return [...new Set(wanted)].filter((place) => place !== undefined).filter((place) => place >= least);
}

interface Turns {
  /** How many system messages the prompt begins with. */
  readonly leading: number;
  /** The end of what came before the newest question. */
  readonly history: number | undefined;
  /** The same, one turn earlier. */
  readonly earlierHistory: number | undefined;
  /** The end of the prompt of the step before; `undefined` at the first step of a turn. */
  readonly step: number | undefined;
  readonly isMarkable: (place: number) => boolean;
  /** The last message that can be marked, from one place back to another. */
  readonly markable: (from: number, to: number) => number | undefined;
}

function turnsOf(prompt: readonly PromptMessage[], canMark: MarkerDialect['canMark']): Turns {
  const firstOther = prompt.findIndex(({ role }) => role !== 'system');
  const leading = firstOther === -1 ? prompt.length : firstOther;
  const isMarkable = (place: number): boolean => {
    const message = prompt[place];
    return message !== undefined && place >= 0 && canMark(message);
  };
  const markable = (from: number, to: number): number | undefined => {
    for (let place = from; place >= to; place--) if (isMarkable(place)) return place;
    return undefined;
  };
  const lastBefore = (before: number, ...roles: readonly string[]): number =>
    prompt.findLastIndex(({ role }, place) => place < before && roles.includes(role));
  // What is recalled may be a message of its own in front of the question, of the system or the user: history ends with an answer.
  const historyBefore = (question: number): number | undefined =>
    markable(lastBefore(question, 'assistant', 'tool'), leading);

  const question = lastBefore(prompt.length, 'user');
  const history = historyBefore(question);
  let answer = lastBefore(prompt.length, 'assistant');
  while (prompt[answer - 1]?.role === 'assistant') answer--;
  return {
    leading,
    history,
    earlierHistory: history === undefined ? undefined : historyBefore(lastBefore(history, 'user')),
    step: answer > question ? markable(answer - 1, leading) : undefined,
    isMarkable,
    markable,
  };
}

/** The first place, if there are so many blocks after it that it is not found from the second one. */
function tooFar(
  prompt: readonly PromptMessage[],
  from: number | undefined,
  to: number | undefined,
): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  const blocks = prompt
    .slice(from + 1, to + 1)
    .reduce((sum, { content }) => sum + (Array.isArray(content) ? content.length : 1), 0);
  return blocks > LOOK_BACK ? from : undefined;
}

function firstSystem(
  prompt: readonly PromptMessage[],
  leading: number,
  { canMark }: MarkerDialect,
): number | undefined {
  const first = prompt.slice(0, leading).findIndex(canMark);
  return first === -1 ? undefined : first;
}

/** Provider tools cannot be marked, and tools that are loaded later must not be. */
function lastTool(tools: unknown): number | undefined {
  if (!Array.isArray(tools)) return undefined;
  const list: readonly unknown[] = tools;
  const last = list.findLastIndex(
    (tool) =>
      isRecord(tool) &&
      tool.type === 'function' &&
      recordIn(tool.providerOptions, 'anthropic')?.deferLoading !== true,
  );
  return last === -1 ? undefined : last - list.length;
}

const canCallTools = ({ tools, toolChoice }: ModelRequest): boolean =>
  Array.isArray(tools) && tools.length > 0 && recordIn({ toolChoice }, 'toolChoice')?.type !== 'none';
