const FIRST_MS = 50;
const MAX_MS = 1000;

/** How long to wait before the nth next attempt, the first being 1. */
export const backoffMs = (attempt: number): number => Math.min(FIRST_MS * 2 ** (attempt - 1), MAX_MS);
