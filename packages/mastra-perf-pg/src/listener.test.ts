import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { createListener } from './listener.ts';
import { payloadsOf } from './messages.ts';
import type { PgClient, PgQuery } from './pg-pool.ts';

/** Time that a test moves, and connections that answer while they are told to. */
function setUp() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: now + ms, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const advance = async (ms: number): Promise<void> => {
    const end = now + ms;
    for (;;) {
      await settled();
      const [next] = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      timers.delete(next);
      now = next.at;
      next.run();
    }
    now = end;
  };
  const connections: Array<{ client: EventEmitter; queries: string[]; ended: boolean[]; answers: boolean }> =
    [];
  let refused = false;
  const open = async () => {
    if (refused) throw new Error('refused');
    const connection = {
      client: new EventEmitter(),
      queries: [] as string[],
      ended: [] as boolean[],
      answers: true,
    };
    connections.push(connection);
    const query = ({ text }: PgQuery) => {
      connection.queries.push(text);
      return connection.answers ? Promise.resolve({ rows: [] }) : new Promise<never>(() => {});
    };
    const client = Object.assign(connection.client, { query }) as unknown as PgClient;
    return { client, end: (broken: boolean) => void connection.ended.push(broken) };
  };
  const listener = createListener(open, { after });
  const ears = { message: vi.fn<(text: string) => void>(), gap: vi.fn<() => void>() };
  return { listener, ears, connections, advance, timers, refuse: (value: boolean) => void (refused = value) };
}

describe('the listener', () => {
  it('asks a connection every 5 s whether it lives, replaces one that is silent for 2 s, and tells of the gap', async () => {
    const { listener, ears, connections, advance } = setUp();
    await listener.subscribe('c', ears);
    await advance(14_999);
    expect(connections[0]!.queries).toEqual(['LISTEN "c"', 'LISTEN "c"', 'SELECT 1', 'SELECT 1']);
    connections[0]!.answers = false;
    await advance(1 + 1999);
    expect([connections.length, ears.gap.mock.calls.length]).toEqual([1, 0]);
    await advance(1 + 50);
    expect(connections[0]!.ended).toEqual([true]);
    expect(connections[1]!.queries).toEqual(['LISTEN "c"']);
    expect(ears.gap).toHaveBeenCalledOnce();
    connections[0]!.client.emit('notification', { channel: 'c', payload: payloadsOf('a.1', 'late')[0] });
    connections[1]!.client.emit('notification', { channel: 'c', payload: payloadsOf('a.2', 'text')[0] });
    expect(ears.message.mock.calls).toEqual([['text']]);
  });

  it('tries again, less and less often, until somebody answers', async () => {
    const { listener, ears, connections, advance, refuse } = setUp();
    await listener.subscribe('c', ears);
    refuse(true);
    connections[0]!.client.emit('end');
    await advance(5000);
    expect(ears.gap).not.toHaveBeenCalled();
    refuse(false);
    await advance(1000);
    expect([connections.length, ears.gap.mock.calls.length]).toEqual([2, 1]);
  });

  it('keeps nothing when it is closed', async () => {
    const { listener, ears, connections, advance, timers } = setUp();
    await listener.subscribe('c', ears);
    listener.close();
    expect(connections[0]!.ended).toEqual([false]);
    await advance(60_000);
    expect([connections.length, timers.size]).toEqual([1, 0]);
    await expect(listener.subscribe('c', ears)).rejects.toThrow('closed');
  });

  it('ends a connection that comes when it is closed already', async () => {
    const { listener, ears, connections } = setUp();
    const subscribed = listener.subscribe('c', ears);
    listener.close();
    await expect(subscribed).rejects.toThrow('ended');
    await vi.waitFor(() => expect(connections[0]!.ended).toEqual([true]));
  });

  it('asks the server to be quiet when the last one has left', async () => {
    const { listener, ears, connections } = setUp();
    const ends = [await listener.subscribe('c', ears), await listener.subscribe('c', ears)];
    await ends[0]!();
    expect(connections[0]!.queries).not.toContain('UNLISTEN "c"');
    await ends[1]!();
    expect(connections[0]!.queries.at(-1)).toBe('UNLISTEN "c"');
  });
});
