import { startProcess, type ProcessToStart, type StartedProcess } from '../processes/start-process.ts';
import { until } from '../until.ts';

/** Of a process that calls models without end, see `countCalls()`. */
export interface CountingCommands {
  /** Calls that have ended so far. */
  ended(): Promise<number>;
  /** Ends its calls, and then has nothing to do any more. */
  letGo(): Promise<void>;
}

/** What makes it end. */
export type CountingEnd = 'SIGTERM' | 'close' | 'nothing to do';

export interface CountingProcess {
  readonly name: string;
  /** Resolves when so many calls have ended, at least. */
  untilEnded(calls: number): Promise<void>;
  /** Makes it end and tells how many calls have ended by then. It rejects where that did not work as it should. */
  end(how: CountingEnd): Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

const ENDS: Readonly<Record<CountingEnd, string>> = {
  SIGTERM: 'null SIGTERM',
  close: '0 null',
  'nothing to do': '0 null',
};

/** Starts a process that shares a ledger with others and counts calls in it. */
export async function startCountingProcess(
  to: Pick<ProcessToStart<object>, 'program' | 'config'>,
): Promise<CountingProcess> {
  type Commands = CountingCommands & { close(): Promise<void> };
  const started: Commands & StartedProcess = await startProcess<Commands>({
    ...to,
    commands: ['ended', 'letGo', 'close'],
  });
  const { name, kill, exited } = started;
  return {
    name,
    kill,
    untilEnded: (calls) =>
      until(`${name} has made ${calls} calls`, async () => (await started.ended()) >= calls),
    async end(how) {
      // The answer to a command may be lost in the end: what it has said is not.
      if (how === 'SIGTERM') kill('SIGTERM');
      else void (how === 'close' ? started.close() : started.letGo()).catch(() => undefined);
      const { code, signal, output } = await exited;
      const ended = /^ended (\d+)$/m.exec(output)?.[1];
      if (`${code} ${signal}` !== ENDS[how] || ended === undefined || output.includes('EXIT_FLUSH'))
        throw new Error(`${name} ended with code ${code}, signal ${signal}, and said: ${output}`);
      return Number(ended);
    },
  };
}
