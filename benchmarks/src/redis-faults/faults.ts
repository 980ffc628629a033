import type { DelayProxy, RedisServer } from '@mastra-perf/testkit';

/** The Redis of the bench, and the network before it. */
export interface Place {
  readonly redis: RedisServer;
  readonly proxy: DelayProxy;
}

export interface Fault {
  readonly name: string;
  /** What it is, for the note below the table. */
  readonly is: string;
  /** It is over as soon as it has begun; only its consequences are seen. */
  readonly atOnce?: boolean;
  /** Resolves with what ends it. */
  begin(place: Place): Promise<() => unknown>;
}

const SLOW_MS = 200;
const CUT_EVERY_MS = 500;

export const faults: readonly Fault[] = [
  {
    name: 'killed',
    is: 'SIGKILL; connections are taken and closed at once until a new, empty server is there',
    async begin({ redis }) {
      redis.kill();
      return () => redis.restart();
    },
  },
  {
    name: 'frozen',
    is: 'SIGSTOP; connections stay, nothing is answered',
    async begin({ redis }) {
      redis.freeze();
      return () => redis.thaw();
    },
  },
  {
    name: 'refusing',
    is: 'all connections are lost and new ones refused',
    async begin({ proxy }) {
      proxy.refuse();
      proxy.cut();
      return () => proxy.accept();
    },
  },
  {
    name: 'slow',
    is: `each round trip takes ${SLOW_MS} ms`,
    async begin({ proxy }) {
      proxy.setDelay(SLOW_MS / 2);
      return () => proxy.setDelay(0);
    },
  },
  {
    name: 'cut',
    is: `all connections break every ${CUT_EVERY_MS} ms, with replies under way`,
    async begin({ proxy }) {
      proxy.setDelay(2);
      proxy.cut();
      const timer = setInterval(() => proxy.cut(), CUT_EVERY_MS);
      return () => {
        clearInterval(timer);
        proxy.setDelay(0);
      };
    },
  },
  {
    name: 'restarted',
    is: 'SIGKILL, and at once a new, empty server',
    atOnce: true,
    async begin({ redis }) {
      redis.kill();
      await redis.restart();
      return () => undefined;
    },
  },
];
