import { AsyncLocalStorage } from 'node:async_hooks';
import { HEADERS, type Asking } from '../headers.ts';

/** For whom this process works, in every asynchronous step of a request: below the plugin, which cannot see or confuse it. */
export const asking = new AsyncLocalStorage<Asking>();

/** Tells the provider, beside the question, who has asked and by which process. */
export function markingFetch(process: string): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    const { user, call, phase } = asking.getStore() ?? { user: 'nobody', call: 'none', phase: 'none' };
    headers.set(HEADERS.user, user);
    headers.set(HEADERS.call, call);
    headers.set(HEADERS.phase, phase);
    headers.set(HEADERS.process, process);
    return fetch(input, { ...init, headers });
  };
}
