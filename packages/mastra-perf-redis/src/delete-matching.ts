import type { Connection } from './connection.ts';
import type { Sender } from './sender.ts';

/** Keys that the server looks at for one command, so that it serves others in between. */
const LOOKED_AT = 500;

/** Deletes all keys of a pattern, on all servers. What is written meanwhile may be left, or not. */
export async function deleteMatching(connection: Connection, pattern: string): Promise<void> {
  const routed = await connection.ready();
  const { servers, keyPrefix } = connection.masters();
  const match = `${keyPrefix.replace(/[*?[\]\\]/g, '\\$&')}${pattern}`;
  const sweep = async (server: Sender): Promise<void> => {
    let cursor = '0';
    do {
      const reply = await server.send('scan', cursor, 'MATCH', match, 'COUNT', LOOKED_AT);
      const [next, found] = reply as [string, string[]];
      // One by one, because those that one server has need not be in one slot.
      await Promise.all(found.map((key) => routed.send('unlink', key.slice(keyPrefix.length))));
      cursor = String(next);
    } while (cursor !== '0');
  };
  await Promise.all(servers.map(sweep));
}
