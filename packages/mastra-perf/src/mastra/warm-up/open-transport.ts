import { setImmediate } from 'node:timers/promises';
import type { ModelAddress } from './model-address.ts';

/** Of an answer that nobody reads; a connection with more on it is closed. */
const MAX_BYTES = 64 * 1024;
/** Rounds of the event loop after which undici gives out a connection again whose answer was read to its end; it takes one. */
const ROUNDS = 3;

/**
 * Opens a connection to a provider, which the pool of `fetch` keeps for the first real request. OPTIONS asks for no model and has next to no
 * answer; after HEAD, undici closes the connection. Whatever the status, the connection stands.
 */
export async function openTransport(
  { url, fetch = globalThis.fetch }: ModelAddress,
  signal: AbortSignal,
): Promise<void> {
  const { body } = await fetch(url, { method: 'OPTIONS', redirect: 'manual', signal });
  await readToEnd(body);
  for (let round = 0; round < ROUNDS; round++) await setImmediate();
}

async function readToEnd(body: ReadableStream<Uint8Array> | null): Promise<void> {
  if (!body) return;
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) return; // leaving the loop cancels it
  }
}
