import { fork } from 'node:child_process';
import { once } from 'node:events';

const TAIL = 2000;

/** A process of its own that answers each message with one. */
export interface BenchProcess {
  /** Rejects when the process ends before it has answered. */
  ask(message: object): Promise<unknown>;
  kill(): void;
  end(): Promise<void>;
}

/** Starts a file of this package with options for {@link benchOptions}; resolves when it says that it is ready. */
export async function startBenchProcess(file: URL, options: object): Promise<BenchProcess> {
  const child = fork(file, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-TAIL)));
  const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;

  const next = async (): Promise<unknown> => {
    const controller = new AbortController();
    try {
      const message = once(child, 'message', { signal: controller.signal }).then(
        ([value]) => value as unknown,
      );
      return await Promise.race([message, exited.then(fail)]);
    } finally {
      controller.abort();
    }
  };
  const fail = ([code, signal]: [number | null, string | null]): never => {
    throw new Error(`the process has ended (${signal ?? code}): ${said.trim()}`);
  };

  await next();
  return {
    ask(message) {
      const answer = next();
      if (child.connected) child.send(message); // otherwise it has ended, which the answer tells
      return answer;
    },
    kill: () => void child.kill('SIGKILL'),
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export const benchOptions = <T>(): T => JSON.parse(process.argv[2] ?? '') as T;

/** Says that this process is ready, and answers. It ends with the one that started it. */
export function serve<T extends object>(answer: (message: T) => Promise<object>): void {
  if (!process.connected) process.exit();
  process.on('disconnect', () => process.exit());
  process.on('message', (message: T) => void answer(message).then((reply) => process.send?.(reply)));
  process.send?.('ready');
}
