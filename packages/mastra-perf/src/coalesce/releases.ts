import type { Bus } from '../stores/bus.ts';

/** How a call ended that others wait for: its answer can be read, it may not be stored, or there is none. */
export type Ending = 'stored' | 'unstored' | 'failed';

/** What a waiting call hears: how the call that leads has ended, or that this may have been missed. */
export type Heard = Ending | 'gap';

/** What processes tell each other about calls that they have led. */
export interface Releases {
  /** Hears from now on what other processes tell. */
  listen(): Promise<void>;
  tell(key: string, ending: Ending): void;
  /** Resolves with the next ending of this key, or the next gap. `forget` it when it is no longer waited for. */
  next(key: string): { readonly heard: Promise<Heard>; forget(): void };
}

const TOPIC = 'coalesce';

export function createReleases(bus: Bus | undefined): Releases {
  const waiting = new Map<string, Set<(heard: Heard) => void>>();

  const hear = (text: string): void => {
    const [ending, key] = split(text);
    if (ending !== 'stored' && ending !== 'unstored' && ending !== 'failed') return; // nobody waits for less than a lease
    for (const resolve of waiting.get(key) ?? []) resolve(ending);
  };
  const gap = (): void => {
    for (const resolvers of waiting.values()) for (const resolve of resolvers) resolve('gap');
  };
  return {
    listen: async () => void (await bus?.subscribe(TOPIC, { message: hear, gap })),
    tell: (key, ending) => void bus?.publish(TOPIC, `${ending} ${key}`).catch(() => undefined), // they look by themselves
    next(key) {
      const { promise, resolve } = Promise.withResolvers<Heard>();
      const resolvers = waiting.get(key) ?? new Set();
      waiting.set(key, resolvers.add(resolve));
      return {
        heard: promise,
        forget() {
          resolvers.delete(resolve);
          if (resolvers.size === 0 && waiting.get(key) === resolvers) waiting.delete(key);
        },
      };
    },
  };
}

function split(text: string): [ending: string, key: string] {
  const at = text.indexOf(' ');
  return [text.slice(0, at), text.slice(at + 1)];
}
