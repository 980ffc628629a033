import type { After } from './after.ts';
import { failure } from './failures.ts';
import { assembler } from './messages.ts';
import type { KeptClient } from './pool-source.ts';
import { quoted } from './tables.ts';

/** One connection for messages, from its connect to its end. */
export interface Link {
  /** Resolves when it is connected. */
  readonly opened: Promise<void>;
  isOver(): boolean;
  listen(channels: readonly string[]): Promise<void>;
  unlisten(channel: string): Promise<void>;
  /** Ends it; also while it opens, which then fails. */
  end(): void;
}

export interface LinkDeps {
  readonly after: After;
  readonly onMessage: (channel: string, text: string) => void;
  /** It has ended, and `end()` was not called. */
  readonly onLost: () => void;
}

const OPEN_MS = 5000;
/** Nobody speaks on a connection for messages while there are none, so a dead one would not be noticed. */
const ASK_EVERY_MS = 5000;
const ANSWER_WITHIN_MS = 2000;

export function openLink(open: () => Promise<KeptClient>, { after, onMessage, onLost }: LinkDeps): Link {
  const assemblers = new Map<string, (payload: string) => string | undefined>();
  let kept: KeptClient | undefined;
  let over = false;
  let cancel = (): void => undefined;
  /** pg takes one statement at a time. */
  let last: Promise<unknown> = Promise.resolve();
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined); // whoever waits hears it, and there may be nobody

  const finish = (broken: boolean): void => {
    over = true;
    cancel();
    ended.reject(failure('the connection for messages was ended'));
    kept?.end(broken);
  };
  const lose = (): void => {
    if (over) return;
    finish(true);
    onLost();
  };
  /** Who does not answer in time is lost, and with it whoever waits. */
  const run = (text: string): Promise<unknown> => {
    const result = last.then(async () => {
      if (over || !kept) throw failure('the connection for messages was ended');
      const stop = after(ANSWER_WITHIN_MS, lose);
      try {
        return await Promise.race([kept.client.query({ text }), ended.promise]);
      } finally {
        stop();
      }
    });
    last = result.catch(() => undefined); // told to whom it concerns
    return result;
  };
  const watch = (): void => {
    cancel = after(ASK_EVERY_MS, () => {
      run('SELECT 1').then(() => over || watch(), lose);
    });
  };
  const connect = async (): Promise<void> => {
    cancel = after(OPEN_MS, lose);
    try {
      const opening = open();
      opening.then((late) => over && late.end(true)).catch(() => undefined); // told below, if anybody still waits
      const opened = await Promise.race([opening, ended.promise]);
      if (over) throw failure('the connection for messages was ended');
      kept = opened;
    } catch (error) {
      if (!over) finish(true);
      throw failure('cannot listen', error);
    }
    cancel();
    const { client } = kept;
    client.on('error', lose);
    client.on('end', lose);
    client.on('notification', ({ channel, payload = '' }) => {
      if (over) return;
      const assemble = assemblers.get(channel) ?? assembler();
      assemblers.set(channel, assemble);
      const text = assemble(payload);
      if (text !== undefined) onMessage(channel, text);
    });
    watch();
  };

  return {
    opened: connect(),
    isOver: () => over,
    async listen(channels) {
      await run(channels.map((channel) => `LISTEN ${quoted(channel)}`).join('; ')).catch((error: unknown) => {
        throw failure('subscribe', error);
      });
    },
    async unlisten(channel) {
      assemblers.delete(channel);
      if (!over) await run(`UNLISTEN ${quoted(channel)}`);
    },
    end: () => over || finish(false),
  };
}
