import { refusedMark } from '../simulator/provider.ts';

export interface DayCall {
  readonly user: string;
  readonly agent: 'docs' | 'changelog';
  readonly question: string;
  /** Conversation of the user; a new name is a new thread. */
  readonly thread: string;
  readonly stream: boolean;
  /** The provider is meant to refuse this call, with and without the plugin alike. */
  readonly refused: boolean;
}

export interface Moment {
  readonly at: string;
  readonly what: string;
  /** Asked at the same time; the next moment begins when all are answered. */
  readonly calls: readonly DayCall[];
}

const memory = 'How do I add memory to an agent?';
const suspend = 'How do I suspend and resume a workflow?';
const limiter = 'What does the TokenLimiterProcessor do?';
const working = 'What is working memory?';
const recall = 'How does semantic recall work?';
const scorer = 'How do I evaluate an agent with a scorer?';
const streaming = 'How do I stream a response from an agent?';
const mcp = 'How can I connect an MCP server?';
const defaults = 'Which default memory options changed?';
const supervisor = 'How do I migrate from agent.network() to a supervisor agent?';

/**
 * A day of the assistant. People click the suggested questions of its start page or paste the one going round in their team,
 * so the same words come often; follow-ups depend on the conversation and come once.
 */
export const day: readonly Moment[] = [
  {
    at: '08:40',
    what: 'the first questions',
    calls: [
      docs('amelie', memory),
      docs('bela', suspend, { stream: true }),
      docs('chen', limiter),
      changelog('dana', defaults),
    ],
  },
  {
    at: '09:00',
    what: 'six people of one workshop ask the same',
    calls: [
      docs('eva', recall),
      docs('finn', recall),
      docs('gita', recall),
      docs('hugo', recall, { stream: true }),
      docs('ines', recall, { stream: true }),
      docs('jona', recall, { stream: true }),
    ],
  },
  {
    at: '09:05',
    what: 'follow-ups',
    calls: [
      docs('amelie', 'And how many messages does it load?', { stream: true }),
      docs('bela', 'And how do I validate the resume data?'),
      docs('eva', 'And which vector stores does it support?'),
      docs('hugo', 'And which vector stores does it support?', { stream: true }),
    ],
  },
  {
    at: '09:30',
    what: 'suggested questions',
    calls: [
      docs('kofi', memory, { stream: true }),
      docs('lara', suspend),
      docs('mia', working),
      changelog('noor', supervisor),
    ],
  },
  {
    at: '10:10',
    what: 'more of them, and one that the provider refuses',
    calls: [
      docs('otto', limiter, { stream: true }),
      docs('pia', memory),
      docs('quinn', `What does ${refusedMark} mean?`, { refused: true }),
      changelog('dana', defaults, { thread: 'again' }),
    ],
  },
  {
    at: '11:00',
    what: 'a new page is on everybody’s mind',
    calls: [
      docs('rosa', scorer, { stream: true }),
      docs('sven', scorer, { stream: true }),
      docs('tara', scorer),
      docs('uwe', scorer),
      docs('vera', streaming),
    ],
  },
  {
    at: '11:20',
    what: 'follow-ups',
    calls: [
      docs('rosa', 'And how do I write a custom one?', { stream: true }),
      docs('kofi', 'And how do I delete a thread?'),
    ],
  },
  {
    at: '13:00',
    what: 'suggested questions after lunch',
    calls: [
      docs('wim', suspend, { stream: true }),
      docs('xenia', memory, { stream: true }),
      docs('yves', working),
      docs('zoe', mcp),
      changelog('noor', 'What about the tracing options?'),
    ],
  },
  {
    at: '14:15',
    what: 'an upgrade is being planned',
    calls: [
      changelog('amelie', defaults),
      changelog('bela', defaults, { stream: true }),
      docs('chen', mcp, { thread: 'two', stream: true }),
    ],
  },
  {
    at: '15:00',
    what: 'the questions of the morning again',
    calls: [
      docs('ada', recall, { stream: true }),
      docs('ben', limiter),
      docs('cleo', streaming, { stream: true }),
      docs('dana', memory),
      docs('emil', working, { stream: true }),
    ],
  },
  {
    at: '16:20',
    what: 'follow-ups',
    calls: [
      docs('ada', 'And how do I set topK and messageRange?', { stream: true }),
      docs('dana', 'And what is working memory for?'),
    ],
  },
  {
    at: '17:30',
    what: 'the last questions',
    calls: [
      docs('fleur', suspend, { stream: true }),
      docs('gabor', scorer),
      docs('hana', memory, { stream: true }),
      docs('ivo', mcp),
      changelog('jona', supervisor, { stream: true }),
    ],
  },
];

/** Picks the conversation that is printed side by side. */
export function inConversation({ call }: { readonly call: DayCall }): boolean {
  return call.user === 'ada' && call.agent === 'docs' && call.thread === 'one';
}

type Variation = Partial<Pick<DayCall, 'thread' | 'stream' | 'refused'>>;

function docs(user: string, question: string, variation: Variation = {}): DayCall {
  return { user, agent: 'docs', question, thread: 'one', stream: false, refused: false, ...variation };
}

function changelog(user: string, question: string, variation: Variation = {}): DayCall {
  return { ...docs(user, question, variation), agent: 'changelog' };
}
