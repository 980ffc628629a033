import { LRUCache } from 'lru-cache';

export interface SpacesDeps {
  /** Takes away what is in the memory of this process. */
  readonly forget: (space: string) => void;
  /** Takes it away everywhere. */
  readonly invalidate: (space: string) => Promise<void>;
  readonly fault: (error: unknown) => void;
}

/** How long the vectors of each space are. A model that makes other ones under the same name has begun a new life. */
export interface Spaces {
  /** Whether a vector of this length belongs to the others. */
  accepts(space: string, dimensions: number): boolean;
  /** The model has made a vector. If it is of another length than before, all others are taken away; tells their length. */
  made(space: string, dimensions: number): number | undefined;
  /** Takes all vectors of a space away. Resolves when other processes cannot get them any more, or are told later. */
  renew(space: string): Promise<void>;
  /** Resolves when that is done which is under way. */
  renewed(space: string): Promise<void>;
  clear(): void;
}

/** Spaces whose length is known. Of others it is learnt again. */
const MOST = 1_000;

export function createSpaces({ forget, invalidate, fault }: SpacesDeps): Spaces {
  const known = new LRUCache<string, number>({ max: MOST });
  const renewing = new Map<string, Promise<void>>();

  const renew = (space: string): Promise<void> => {
    const under = renewing.get(space);
    if (under) return under;
    forget(space);
    const work = invalidate(space)
      .catch(fault) // it is repeated by itself
      .finally(() => renewing.delete(space));
    renewing.set(space, work);
    return work;
  };
  return {
    accepts(space, dimensions) {
      const usual = known.get(space);
      if (usual === undefined) known.set(space, dimensions);
      return usual === undefined || usual === dimensions;
    },
    made(space, dimensions) {
      const before = known.get(space);
      known.set(space, dimensions);
      if (before === undefined || before === dimensions) return undefined;
      void renew(space);
      return before;
    },
    renew,
    renewed: async (space) => renewing.get(space),
    clear: () => known.clear(),
  };
}
