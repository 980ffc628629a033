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
 * A day of the assistant, written by hand. People click the suggested questions of its start page or paste the one going round
 * in their team, so the same words come often: about half of the calls ask what was answered before, and about ten ask what is
 * being answered at that moment. Follow-ups depend on the conversation and come once.
 */
export const day: readonly Moment[] = [
  {
    at: '08:40',
    what: 'the first questions',
    calls: [
      docs('amelie', memory),
      docs('bela', suspend, { stream: true }),
      docs('chen', limiter),
      docs('dana', streaming, { stream: true }),
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
    ],
  },
  {
    at: '09:30',
    what: 'suggested questions',
    calls: [
      docs('kofi', memory, { stream: true }),
      docs('lara', suspend),
      docs('mia', limiter, { stream: true }),
      docs('nils', recall),
      docs('otto', streaming),
    ],
  },
  {
    at: '10:10',
    what: 'more of them, and one that the provider refuses',
    calls: [
      docs('pia', memory),
      docs('rosa', recall, { stream: true }),
      docs('sven', suspend),
      docs('tara', working, { stream: true }),
      docs('quinn', `What does ${refusedMark} mean?`, { refused: true }),
    ],
  },
  {
    at: '11:00',
    what: 'a team sets up its evaluations',
    calls: [
      docs('uwe', scorer, { stream: true }),
      docs('vera', scorer, { stream: true }),
      docs('wim', scorer),
      docs('xenia', scorer),
    ],
  },
  {
    at: '11:20',
    what: 'follow-ups',
    calls: [
      docs('uwe', 'And how do I write a custom one?', { stream: true }),
      docs('kofi', 'And how do I delete a thread?'),
    ],
  },
  {
    at: '13:00',
    what: 'suggested questions after lunch',
    calls: [
      docs('yves', suspend, { stream: true }),
      docs('zoe', memory, { stream: true }),
      docs('aron', working),
      docs('bela', limiter, { thread: 'two' }),
      docs('cleo', recall, { stream: true }),
      docs('emil', scorer),
      docs('fleur', streaming, { stream: true }),
    ],
  },
  {
    at: '14:15',
    what: 'an upgrade is being planned',
    calls: [
      changelog('gabor', defaults),
      changelog('hana', defaults, { stream: true }),
      changelog('ivo', supervisor),
      docs('jona', mcp, { thread: 'two', stream: true }),
    ],
  },
  {
    at: '15:00',
    what: 'the questions of the morning again',
    calls: [
      docs('ada', recall, { stream: true }),
      docs('ben', limiter),
      docs('chen', streaming, { thread: 'two', stream: true }),
      docs('dana', memory, { thread: 'two' }),
      docs('finn', working, { thread: 'two', stream: true }),
      docs('gita', scorer, { thread: 'two' }),
      docs('hugo', suspend, { thread: 'two' }),
    ],
  },
  {
    at: '16:20',
    what: 'follow-ups',
    calls: [
      docs('ada', 'And how do I set topK and messageRange?', { stream: true }),
      docs('dana', 'And what is working memory for?', { thread: 'two', stream: true }),
      changelog('ivo', 'What about its options?'),
    ],
  },
  {
    at: '17:30',
    what: 'the last questions',
    calls: [
      docs('kim', suspend, { stream: true }),
      docs('leo', scorer),
      docs('maja', memory, { stream: true }),
      docs('noor', mcp),
      docs('olga', recall),
      docs('paul', working, { stream: true }),
      docs('rita', limiter),
      docs('sara', streaming, { stream: true }),
      changelog('tom', defaults),
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
