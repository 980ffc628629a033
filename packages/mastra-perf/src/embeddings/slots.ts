/** Work that waits until fewer than so many others are under way. */
export interface Slots {
  /** Runs the work as soon as there is room, in the order of asking. The work must not reject. */
  run(work: () => Promise<void>): void;
}

export function createSlots(size: number): Slots {
  const waiting: Array<() => Promise<void>> = [];
  let busy = 0;
  const next = (): void => {
    const work = busy < size ? waiting.shift() : undefined;
    if (!work) return;
    busy++;
    void work().finally(() => {
      busy--;
      next();
    });
  };
  return {
    run(work) {
      waiting.push(work);
      next();
    },
  };
}
