import type { Priority } from './options.ts';

/** A place in a line, from joining it to leaving it. */
export interface Place<T> {
  readonly item: T;
  readonly priority: Priority;
  /** Grows with each that joins. */
  readonly number: number;
}

/** By priority, and within one in the order in which they came. Who comes back is before all who have not begun yet. */
export interface PriorityLine<T> {
  readonly size: number;
  join(item: T, priority: Priority, isBack?: boolean): Place<T>;
  /** Whose turns are next, in order; fewer if there are fewer. */
  next(count: number): Array<Place<T>>;
  /** Takes its turn; `false` if it has left. */
  serve(place: Place<T>): boolean;
  leave(place: Place<T>): boolean;
  /** How many are served before one that joins now, as far as their priorities say. */
  ahead(priority: Priority): number;
  all(): Array<Place<T>>;
}

const ORDER: readonly Priority[] = ['high', 'normal', 'low'];
/** Every eighth turn goes to whoever waits longest, so that nobody waits for ever. */
const LONGEST_EVERY = 8;

export const goesBefore = (one: Priority, other: Priority): boolean =>
  ORDER.indexOf(one) < ORDER.indexOf(other);

export function createPriorityLine<T>(): PriorityLine<T> {
  // Sets keep the order, and let who stands in the middle leave at once.
  const lanes = ORDER.map((priority) => ({
    priority,
    back: new Set<Place<T>>(),
    fresh: new Set<Place<T>>(),
  }));
  const laneOf = (priority: Priority) => lanes.find((lane) => lane.priority === priority);
  let numbers = 0;
  let turns = 0;

  const leave = (place: Place<T>): boolean => {
    const lane = laneOf(place.priority);
    return lane !== undefined && (lane.back.delete(place) || lane.fresh.delete(place));
  };
  const sizeOf = ({ back, fresh }: (typeof lanes)[number]): number => back.size + fresh.size;

  return {
    get size() {
      return lanes.reduce((size, lane) => size + sizeOf(lane), 0);
    },
    join(item, priority, isBack = false) {
      const place = { item, priority, number: numbers++ };
      laneOf(priority)?.[isBack ? 'back' : 'fresh'].add(place);
      return place;
    },
    next(count) {
      const lines = lanes.map(({ back, fresh }) => placesOf(back, fresh));
      const heads = lines.map((places) => places.next().value);
      const chosen: Array<Place<T>> = [];
      while (chosen.length < count) {
        const isForLongest = (turns + chosen.length) % LONGEST_EVERY === LONGEST_EVERY - 1;
        const there = heads.filter((place) => place !== undefined);
        const place = isForLongest ? there.toSorted((a, b) => a.number - b.number)[0] : there[0];
        if (!place) break;
        chosen.push(place);
        const lane = heads.indexOf(place);
        heads[lane] = lines[lane]?.next().value;
      }
      return chosen;
    },
    serve(place) {
      const isThere = leave(place);
      if (isThere) turns++;
      return isThere;
    },
    leave,
    ahead: (priority) =>
      lanes.slice(0, ORDER.indexOf(priority) + 1).reduce((size, lane) => size + sizeOf(lane), 0),
    all: () => lanes.flatMap(({ back, fresh }) => [...back, ...fresh]),
  };
}

function* placesOf<T>(back: Iterable<T>, fresh: Iterable<T>): Generator<T, undefined> {
  yield* back;
  yield* fresh;
}
