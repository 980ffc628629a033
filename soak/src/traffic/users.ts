/** Who asks. Each has a mark, which the provider says only to them. */
export interface User {
  readonly id: string;
  /** Asks more than is allowed. */
  readonly isPoor: boolean;
}

/** Calls to the model that a poor user may make in a month. */
export const POOR_CALLS = 12;

const POOR = 'poor-';
export const isPoor = (id: string | undefined): boolean => id?.startsWith(POOR) ?? false;

export function users(count: number, round: string): readonly User[] {
  return Array.from({ length: count }, (_, index) => {
    const poor = index % 8 === 7;
    return { id: `${poor ? POOR : 'user-'}${round}${index}`, isPoor: poor };
  });
}

/** Whether a call has failed since its user may not make any more of them. */
export const isRefusedByPurse = (error: string | undefined): boolean =>
  error !== undefined && /budget \\?"purse\\?" of resource/.test(error);

/** Words of an answer by which its owner is known. */
export const markOf = (user: string): string => `[for ${user}]`;
export const marksIn = (text: string): readonly string[] => text.match(/\[for [^\]]+\]/g) ?? [];
