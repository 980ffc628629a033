import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CommandResult {
  /** `null` for one that was killed because its time was over. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  /** Added to what this process has; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default 5 minutes */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 300_000;

/** Runs a program to its end; its exit code is part of the result and never an error. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeoutMs = TIMEOUT_MS }: CommandOptions,
): Promise<CommandResult> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Runs what is expected to work. @throws Error with all that it printed. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
