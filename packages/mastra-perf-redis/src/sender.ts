import { failure, isReply } from './failures.ts';
import { sendCommand, type Argument, type CommandName, type RedisClient } from './redis-client.ts';
import type { Script } from './script.ts';

/** Sends commands. What is sent in one turn of the event loop goes out together. */
export interface Sender {
  send(command: CommandName, ...args: readonly Argument[]): Promise<unknown>;
  /** The script is sent along only to a server that does not know it (any longer). */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
}

/** What has been sent and is not answered, in bytes; a command without values counts as {@link COMMAND_BYTES}. */
export interface Backlog {
  bytes: number;
}

const COMMAND_BYTES = 1024;

export function senderTo(client: RedisClient, backlog: Backlog): Sender {
  const send: Sender['send'] = async (command, ...args) => {
    const size = args.reduce<number>(
      (sum, arg) => sum + (Buffer.isBuffer(arg) ? arg.length : 0),
      COMMAND_BYTES,
    );
    backlog.bytes += size;
    try {
      return await sendCommand(client, command, ...args);
    } catch (error) {
      throw failure(command, error);
    } finally {
      backlog.bytes -= size;
    }
  };
  return {
    send,
    async run(script, keys, args) {
      try {
        return await send('evalsha', script.sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (!isReply(error, 'NOSCRIPT')) throw error;
        return send('eval', script.source, keys.length, ...keys, ...args);
      }
    },
  };
}
