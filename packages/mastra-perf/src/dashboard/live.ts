import type { Clock } from '../base/clock.ts';
import type { DashboardTick } from './dashboard-data.ts';
import { COMMON_HEADERS } from './responses.ts';

export interface LiveDeps {
  readonly clock: Clock;
  /** Grows with all that may change a figure. */
  readonly revision: () => number;
  /** @default 1000 */
  readonly everyMs?: number;
  /** @default 200 */
  readonly maxListeners?: number;
}

/** Tells all open pages that there is something new. */
export interface Live {
  /** A stream of server-sent events; `undefined` when too many listen already. */
  open(signal?: AbortSignal): Response | undefined;
  listeners(): number;
  /** Ends all streams. */
  close(): void;
}

const EVERY_MS = 1000;
/** Proxies and browsers take a stream that is silent for longer for dead. */
const SILENT_MS = 15_000;
const MAX_LISTENERS = 200;
/** Ticks that wait for a page which does not read: it is ended, and comes back when it can. */
const MAX_WAITING = 16;

/** One timer for all of them, and none while nobody listens; what is sent is written once. */
export function createLive({
  clock,
  revision,
  everyMs = EVERY_MS,
  maxListeners = MAX_LISTENERS,
}: LiveDeps): Live {
  const encoder = new TextEncoder();
  const open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let cancel: (() => void) | undefined;
  let told: number | undefined;
  let spokeAt = 0;
  /** A view may have been built before the last change, and budgets are settled after their call: once more then. */
  let isOwed = false;

  const tickText = (): Uint8Array => {
    const tick: DashboardTick = { at: clock.now(), revision: revision() };
    return encoder.encode(`event: tick\ndata: ${JSON.stringify(tick)}\n\n`);
  };
  const end = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    open.delete(controller);
    if (open.size === 0) {
      cancel?.();
      cancel = undefined;
    }
  };
  const send = (bytes: Uint8Array): void => {
    for (const controller of [...open]) {
      if ((controller.desiredSize ?? 0) > -MAX_WAITING) controller.enqueue(bytes);
      else {
        end(controller);
        controller.error(new Error('the page did not read what it was sent'));
      }
    }
  };
  const turn = (): void => {
    const now = clock.monotonic();
    const changed = revision() !== told;
    const tells = changed || isOwed;
    isOwed = changed;
    told = revision();
    if (tells || now - spokeAt >= SILENT_MS) {
      spokeAt = now;
      send(tells ? tickText() : encoder.encode(': still here\n\n'));
    }
    cancel = open.size > 0 ? clock.after(everyMs, turn) : undefined;
  };

  return {
    open(signal) {
      if (open.size >= maxListeners || signal?.aborted) return undefined;
      let mine: ReadableStreamDefaultController<Uint8Array> | undefined;
      const leave = (): void => {
        if (!mine || !open.has(mine)) return;
        end(mine);
        mine.close();
      };
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          mine = controller;
          open.add(controller);
          controller.enqueue(encoder.encode('retry: 2000\n'));
          controller.enqueue(tickText());
          if (!cancel) {
            told = revision();
            spokeAt = clock.monotonic();
            cancel = clock.after(everyMs, turn);
          }
        },
        cancel() {
          if (mine) end(mine);
        },
      });
      signal?.addEventListener('abort', leave, { once: true });
      return new Response(stream, {
        headers: {
          ...COMMON_HEADERS,
          'content-type': 'text/event-stream; charset=utf-8',
          'x-accel-buffering': 'no', // nginx would keep it back
        },
      });
    },
    listeners: () => open.size,
    close() {
      for (const controller of [...open]) {
        end(controller);
        controller.close();
      }
    },
  };
}
