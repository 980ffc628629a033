import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Request, Response } from './process-protocol.ts';

/** The life of a process of its own. */
export interface StartedProcess {
  readonly name: string;
  kill(signal: NodeJS.Signals): void;
  /** How it ended, and what it has said by then. */
  readonly exited: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly output: string;
  }>;
}

export interface ProcessToStart<C extends object> {
  /** It calls `obey()`. */
  readonly program: URL;
  /** Is its first argument, as JSON. */
  readonly config: { readonly name: string };
  /** Those that it obeys. */
  readonly commands: ReadonlyArray<keyof C & string>;
}

/** Starts a process and waits until it takes commands. It ends with this one at the latest. */
export async function startProcess<C extends object>({
  program,
  config,
  commands,
}: ProcessToStart<C>): Promise<C & StartedProcess> {
  const child = fork(fileURLToPath(program), [JSON.stringify(config)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, MASTRA_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  const exited = ending(child).finally(() => process.off('exit', killAtExit));
  const [first] = await Promise.race([
    once(child, 'message'),
    exited.then(({ output }) => {
      throw new Error(`${config.name} ended before it was ready: ${output}`);
    }),
  ]);
  if (first !== 'ready') throw new Error(`${config.name} said ${String(first)}`);
  const tell = asker(child, config.name, exited);
  const asked = Object.fromEntries(
    commands.map((command) => [command, (...args: readonly unknown[]) => tell(command, args)]),
  ) as unknown as C;
  return { ...asked, name: config.name, exited, kill: (signal) => void child.kill(signal) };
}

function asker(child: ChildProcess, name: string, exited: StartedProcess['exited']) {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  child.on('message', (response: Response) => {
    const asking = waiting.get(response.id);
    waiting.delete(response.id);
    if ('error' in response) asking?.reject(new Error(response.error));
    else asking?.resolve(response.value);
  });
  void exited.then(({ output }) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} has ended: ${output}`));
  });
  return (command: string, args: readonly unknown[]): Promise<unknown> => {
    const id = ++asked;
    const asking = Promise.withResolvers<unknown>();
    waiting.set(id, asking);
    child.send({ id, command, args } satisfies Request, (error) => error && asking.reject(error));
    return asking.promise;
  };
}

async function ending(child: ChildProcess): StartedProcess['exited'] {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-20_000)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, output };
}
