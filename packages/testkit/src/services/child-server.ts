import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { watchdog } from './watchdog.ts';

export interface ChildServer {
  readonly pid: number;
  /** Sends a signal; SIGSTOP and SIGCONT freeze and thaw. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  readonly exited: Promise<unknown>;
  /** Asks it to end, kills it after three seconds. */
  stop(): Promise<void>;
}

/** The process ended, or could not be started, before it was ready. */
export class ChildServerError extends Error {
  override name = 'ChildServerError';
  /** The program does not exist. */
  readonly missing: boolean;
  readonly output: string;

  constructor(command: string, output: string, cause?: NodeJS.ErrnoException) {
    super(`${command} did not start: ${cause?.message ?? output.trim().slice(-2000)}`, { cause });
    this.missing = cause?.code === 'ENOENT';
    this.output = output;
  }
}

interface ChildServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** What it prints once it listens. */
  readonly readyText: string;
  readonly stopSignal: NodeJS.Signals;
  /** Where it runs; removed if this process dies without cleaning up. */
  readonly dir: string;
  readonly spawnOptions?: SpawnOptions;
}

const PATIENCE_MS = 3000;

/** Starts a server process and waits until it says that it is ready. It ends with this process at the latest. */
export async function startChildServer(options: ChildServerOptions): Promise<ChildServer> {
  const { command, args, readyText, stopSignal } = options;
  const child = spawn(command, [...args], {
    ...options.spawnOptions,
    cwd: options.dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const dismiss = child.pid === undefined ? () => {} : watchdog(child.pid, options.dir);
  const exited = once(child, 'close').catch((error: unknown) => error);
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  void exited.then(() => {
    process.off('exit', killAtExit);
    dismiss();
  });

  await new Promise<void>((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output = `${output}${chunk.toString()}`.slice(-20_000);
      if (output.includes(readyText)) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => reject(new ChildServerError(command, output, error)));
    child.once('close', () => reject(new ChildServerError(command, output)));
  });

  return {
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    exited,
    async stop() {
      // A frozen process would not hear the other signal.
      child.kill('SIGCONT');
      child.kill(stopSignal);
      const impatient = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await exited;
      clearTimeout(impatient);
    },
  };
}
