import type { RedisClient } from '../src/index.ts';

export interface CountingClient {
  readonly client: RedisClient;
  /** What was sent, as `name`, arguments. */
  readonly commands: string[][];
  /** Commands that were sent before an answer to any of them was there are one round trip. */
  roundTrips(): number;
}

/** Methods that are no commands. */
const OTHERS = new Set(['connect', 'disconnect', 'duplicate', 'nodes', 'off', 'on']);

/** A client that goes to the server as the other one does, and notes what is sent. */
export function countingClient(client: RedisClient): CountingClient {
  const commands: string[][] = [];
  let trips = 0;
  let answered = true;
  const noting =
    (name: string, send: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]): Promise<unknown> => {
      commands.push([name, ...args.map(String)]);
      if (answered) trips++;
      answered = false;
      try {
        return await send(...args);
      } finally {
        answered = true;
      }
    };
  const proxy = new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const bound = value.bind(target);
      return typeof name === 'string' && !OTHERS.has(name) ? noting(name, bound) : bound;
    },
  });
  return { client: proxy, commands, roundTrips: () => trips };
}
