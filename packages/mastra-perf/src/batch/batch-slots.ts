/** Work that waits until fewer than so many others are under way, in the order of asking. */
export interface BatchSlots {
  run<R>(work: () => Promise<R>): Promise<R>;
}

export function createBatchSlots(size: number): BatchSlots {
  const waiting: Array<() => void> = [];
  let busy = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next(); // takes over the slot
    else busy--;
  };
  return {
    async run(work) {
      if (busy < size) busy++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
