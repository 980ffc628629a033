import type { Request, Response } from './process-protocol.ts';

/**
 * In a process of `startProcess()`: does what its parent says. After `close` it lets go of the parent: nothing but what was
 * left open keeps it alive then.
 */
export function obey<C extends { close(): Promise<unknown> }>(commands: C): void {
  const perform = async ({ id, command, args }: Request): Promise<Response> => {
    try {
      const run = commands[command as keyof C] as (...given: readonly unknown[]) => Promise<unknown>;
      return { id, value: await run(...args) };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? ` ${String(error.code)}` : '';
      return { id, error: `${String(error)}${code}` };
    }
  };
  process.on('message', async (request: Request) => {
    const response = await perform(request);
    process.send?.(response, () => request.command === 'close' && process.disconnect());
  });
  process.send?.('ready');
}
