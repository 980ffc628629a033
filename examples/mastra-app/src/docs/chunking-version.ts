/** Raise when the cutting of pages or the embedded texts change: the index of another version is not used any more. */
export const chunkingVersion = 2;
