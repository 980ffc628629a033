import { Refused, readTicks } from './api.ts';
import { byId } from './dom.ts';

export type LiveState = 'connecting' | 'live' | 'again' | 'paused' | 'refused';

const WORDS: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  again: 'Connection lost, trying again',
  paused: 'Paused',
  refused: 'Not connected',
};

/** Listens to the server, again and again, as long as somebody looks at the page. */
export function listen(changed: (revision: number) => void, refused: (error: Refused) => void): () => void {
  const place = byId('live', HTMLElement);
  const words = place.querySelector('.words');
  let current: AbortController | undefined;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = (state: LiveState): void => {
    if (place.dataset['state'] === state) return;
    place.dataset['state'] = state;
    if (words) words.textContent = WORDS[state];
  };
  const connect = async (): Promise<void> => {
    clearTimeout(timer);
    current?.abort();
    const mine = new AbortController();
    current = mine;
    try {
      const opened = (): void => {
        tries = 0;
        show('live');
      };
      await readTicks(mine.signal, opened, ({ revision }) => changed(revision));
    } catch (error) {
      if (mine.signal.aborted) return;
      if (error instanceof Refused && error.status !== 429 && error.status < 500) {
        show('refused');
        return refused(error);
      }
    }
    if (mine.signal.aborted) return;
    show('again');
    timer = setTimeout(() => void connect(), Math.min(5_000, 500 * 2 ** tries++));
  };
  const turn = (): void => {
    if (!document.hidden) return void connect();
    clearTimeout(timer);
    current?.abort();
    show('paused');
  };
  document.addEventListener('visibilitychange', turn);
  turn();
  return () => void connect();
}
