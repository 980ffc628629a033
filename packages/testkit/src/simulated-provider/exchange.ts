import type { ServerResponse } from 'node:http';
import type { ProviderLogEntry } from './provider-log.ts';

/** One request while it is answered. */
export interface Exchange {
  readonly res: ServerResponse;
  readonly entry: ProviderLogEntry;
  /** Sent with every answer. */
  readonly headers: Record<string, string>;
  /** Fires when the client has gone away. */
  readonly gone: AbortSignal;
  /** Ms since the request arrived. */
  elapsed(): number;
}

export function exchange(res: ServerResponse, entry: ProviderLogEntry, arrivedAt: number): Exchange {
  const gone = new AbortController();
  const leave = () => {
    if (!res.writableFinished && !entry.broken) gone.abort(new ClientGone());
  };
  res.once('close', leave);
  if (res.destroyed) leave();
  return {
    res,
    entry,
    headers: { 'x-request-id': `req_sim_${entry.n}` },
    gone: gone.signal,
    elapsed: () => performance.now() - arrivedAt,
  };
}

class ClientGone extends Error {
  override name = 'ClientGone';
}
