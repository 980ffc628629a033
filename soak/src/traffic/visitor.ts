import { setTimeout } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { AgentId } from './agent-ids.ts';
import type { Asked, CallRecord, Way } from './call-record.ts';
import type { Client } from './clients.ts';
import { question, turnQuestion } from './questions.ts';
import type { User } from './users.ts';

export interface VisitorParts {
  readonly user: User;
  readonly random: Random;
  readonly clients: Readonly<Record<Way, Client>>;
  readonly phase: () => string;
  readonly record: (call: CallRecord) => void;
  readonly ended: AbortSignal;
}

const TURNS = 14;
/** Above those of questions that many ask. */
const TALK_NUMBERS = 1000;
const PAUSE_MS = 250;
/** Longer than any call may wait by the options of the servers. */
const PATIENCE_MS = 60_000;

/** One user, who asks one thing after the other until it is over. */
export async function visit({ user, random, clients, phase, record, ended }: VisitorParts): Promise<void> {
  let calls = 0;
  let thread = { id: '', turn: TURNS };

  const ask = async (way: Way, asked: Omit<Asked, 'id' | 'user' | 'phase'>): Promise<CallRecord> => {
    const whole = { ...asked, id: `${user.id}.${++calls}`, user: user.id, phase: phase() };
    const leaving = new AbortController();
    const patience = AbortSignal.any([leaving.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const startedAt = Date.now();
    if (asked.leaves) void setTimeout(random.below(60)).then(() => leaving.abort());
    const end = await clients[way](whole, patience).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ answer: undefined, error: messageOf(error) }),
    );
    const call = { ...whole, way, startedAt, endedAt: Date.now(), ...end };
    record(call);
    return call;
  };
  const anyWay = (): Way => random.pick(['client generate', 'client stream', 'chat stream']);
  const asking =
    (agent: AgentId): (() => Promise<unknown>) =>
    () =>
      ask(anyWay(), { agent, ...question(random) });
  const leaving = () =>
    ask(random.pick(['client stream', 'chat stream']), { agent: 'plain', ...question(random), leaves: true });
  const together = (): Promise<unknown> => {
    const same = question(random);
    return Promise.all([anyWay(), anyWay(), anyWay()].map((way) => ask(way, { agent: 'plain', ...same })));
  };
  /** The next question of a talk, also after one that failed. */
  const talking = async (): Promise<void> => {
    if (thread.turn >= TURNS) thread = { id: `thread-${user.id}-${calls}`, turn: 0 };
    const turn = ++thread.turn;
    // No two answers of a user are equal, so that each is found by its text.
    const number = TALK_NUMBERS + calls;
    const text = turnQuestion(thread.id, turn, number);
    await ask(anyWay(), { agent: 'chat', text, number, thread: thread.id, turn });
  };

  const deck = [
    [5, asking('plain')],
    [4, asking('public')],
    [3, asking('tools')],
    [8, talking],
    [1, together],
    [1, leaving],
  ] as const;
  const cards = deck.flatMap(([count, way]) => Array<() => Promise<unknown>>(count).fill(way));
  while (!ended.aborted) {
    await random.pick(cards)();
    await setTimeout(random.below(2 * PAUSE_MS), undefined, { signal: ended }).catch(() => undefined); // it is over
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}
