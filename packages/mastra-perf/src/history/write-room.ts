export interface Room {
  /**
   * Runs `enter` when there is room: at once, or when enough has left, after those who came before. Whoever still waits when the
   * signal aborts leaves, with its reason.
   */
  take(messages: number, bytes: number, enter: () => void, signal?: AbortSignal): Promise<void>;
  free(messages: number, bytes: number): void;
  taken(): { readonly messages: number; readonly bytes: number };
  /** Those who wait are turned away with this error, and those who come. */
  close(error: Error): void;
}

/** What the queue may hold. What is larger than all of it enters when it is empty. */
export function createRoom(maxMessages: number, maxBytes: number): Room {
  interface Guest {
    readonly messages: number;
    readonly bytes: number;
    readonly enter: () => void;
    readonly reject: (error: Error) => void;
  }
  const waiting = new Set<Guest>();
  let messages = 0;
  let bytes = 0;
  let closed: Error | undefined;

  const fits = (more: number, moreBytes: number): boolean =>
    messages === 0 || (messages + more <= maxMessages && bytes + moreBytes <= maxBytes);
  const enter = (guest: Pick<Guest, 'messages' | 'bytes' | 'enter'>): void => {
    messages += guest.messages;
    bytes += guest.bytes;
    guest.enter();
  };
  const admit = (): void => {
    for (const guest of waiting) {
      if (!fits(guest.messages, guest.bytes)) return;
      waiting.delete(guest);
      enter(guest);
    }
  };

  return {
    take(more, moreBytes, then, signal) {
      if (closed) return Promise.reject(closed);
      // Nobody overtakes: the messages of a thread would change places.
      if (waiting.size === 0 && fits(more, moreBytes)) {
        enter({ messages: more, bytes: moreBytes, enter: then });
        return Promise.resolve();
      }
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const guest: Guest = {
        messages: more,
        bytes: moreBytes,
        reject,
        enter() {
          signal?.removeEventListener('abort', onAbort);
          then();
          resolve();
        },
      };
      const onAbort = (): void => {
        if (!waiting.delete(guest)) return;
        reject(signal?.reason);
        admit(); // a smaller one behind it may fit
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.add(guest);
      return promise;
    },
    free(less, lessBytes) {
      messages -= less;
      bytes -= lessBytes;
      admit();
    },
    taken: () => ({ messages, bytes }),
    close(error) {
      closed = error;
      for (const guest of waiting) guest.reject(error);
      waiting.clear();
    },
  };
}
