/** Whole numbers that are taken. Those in a row are one stretch, so that long rows cost nothing. */
export interface Stretches {
  /** The first number from this one on that is free, which is taken from now on. */
  takeFrom(number: number): number;
  take(number: number): void;
  release(number: number): void;
}

type Stretch = [from: number, to: number];

/** `max` is how many stretches are remembered; the lowest are forgotten first. */
export function createStretches(max: number): Stretches {
  const stretches: Stretch[] = []; // in order, and never next to each other
  /** Index of the last stretch that begins at or before this number. Searched from the end: most numbers are new. */
  const indexOf = (number: number): number => stretches.findLastIndex(([from]) => from <= number);

  const take = (number: number): void => {
    const at = indexOf(number);
    const before = stretches[at];
    const after = stretches[at + 1];
    if (before && before[1] >= number) return;
    const touchesAfter = after?.[0] === number + 1;
    if (before?.[1] === number - 1) {
      before[1] = touchesAfter ? after[1] : number;
      if (touchesAfter) stretches.splice(at + 1, 1);
    } else if (touchesAfter) after[0] = number;
    else stretches.splice(at + 1, 0, [number, number]);
    if (stretches.length > max) stretches.shift();
  };

  return {
    take,
    takeFrom(number) {
      const standing = stretches[indexOf(number)];
      const free = standing && standing[1] >= number ? standing[1] + 1 : number;
      take(free);
      return free;
    },
    release(number) {
      const at = indexOf(number);
      const standing = stretches[at];
      if (!standing || standing[1] < number) return;
      const [from, to] = standing;
      const left: Stretch[] = [];
      if (from < number) left.push([from, number - 1]);
      if (number < to) left.push([number + 1, to]);
      stretches.splice(at, 1, ...left);
    },
  };
}
