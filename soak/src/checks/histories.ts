import type { RoundResult } from '../round-result.ts';
import type { CallRecord } from '../traffic/call-record.ts';
import { markOf, marksIn } from '../traffic/users.ts';
import type { StoredMessage } from '../world/left-behind.ts';
import { isOfTheDatabase, meets, threadsOfAnotherTime } from './excuse.ts';
import { counted, verdict, type Verdict } from './verdict.ts';

/** What was said so shortly before a process was killed may not have been stored. */
const LAST_WORDS_MS = { through: 1000, behind: 5000 } as const;

/** What was asked and answered in a thread is stored, once, in its order, and nobody else's is. */
export function histories(round: RoundResult): Verdict {
  const turns = new Map<string, CallRecord[]>();
  for (const call of round.calls)
    if (call.thread !== undefined) turns.set(call.thread, [...(turns.get(call.thread) ?? []), call]);
  const stored = Map.groupBy(round.left.messages, ({ thread }) => thread);
  const confused = threadsOfAnotherTime(round);
  const wrong: string[] = [];
  let lost = 0;
  for (const [thread, calls] of turns) {
    const messages = stored.get(thread) ?? [];
    const bySaid = Map.groupBy(messages, ({ text }) => text);
    const isThere = (text: string): boolean =>
      confused.has(thread) && messages.some((message) => message.text.includes(text));
    const expected = calls.filter(({ answer }) => answer !== undefined);
    const said = expected.flatMap((call) =>
      [call.text, call.answer ?? ''].flatMap((text) => {
        const found = bySaid.get(text)?.length ?? 0;
        if (found === 1 || isThere(text)) return [text];
        if (found === 0 && mayBeLost(round, call)) lost++;
        else wrong.push(`${thread}, turn ${call.turn}: stored ${found} times: ${text.slice(0, 60)}`);
        return [];
      }),
    );
    if (!isInOrder(said, messages) && !confused.has(thread))
      wrong.push(`${thread}: not in the order in which it was said`);
    for (const { text } of messages)
      if (marksIn(text).some((mark) => mark !== markOf(calls[0]?.user ?? '')))
        wrong.push(`${thread}: what somebody else was told is in it: ${text.slice(0, 60)}`);
  }
  for (const thread of stored.keys()) if (!turns.has(thread)) wrong.push(`${thread}: nobody has begun it`);
  for (const [name, { counts }] of Object.entries(round.told))
    if (counts['saveLost']) wrong.push(`${name} has told of ${counts['saveLost']} messages that it lost`);
  return verdict(
    'histories complete and in order',
    `${counted(turns.size)} threads, ${counted(round.left.messages.length)} messages, ${counted(lost)} lost with a killed process or while the database was away`,
    wrong,
  );
}

function mayBeLost({ killed, servedBy, storage, troubles }: RoundResult, call: CallRecord): boolean {
  // Mastra sends all of an answer, and its end, before it knows whether it could be stored.
  const isStreamed = call.way !== 'client generate';
  if (
    isStreamed &&
    storage.writes === 'through' &&
    troubles.some((one) => isOfTheDatabase(one) && meets(one, call))
  )
    return true;
  const at = killed.find(({ name }) => name === servedBy.get(call.id))?.at;
  return at !== undefined && call.endedAt > at - LAST_WORDS_MS[storage.writes];
}

function isInOrder(said: readonly string[], messages: readonly StoredMessage[]): boolean {
  const order = messages.map(({ text }) => text).filter((text) => said.includes(text));
  return order.every((text, index) => text === said[index]);
}
