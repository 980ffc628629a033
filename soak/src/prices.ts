/** In dollars for a million tokens. A whole number of nano-dollars for each token, so that sums can be compared exactly. */
export const PRICE = { inputPerMillion: 1, cachedInputPerMillion: 0.1, outputPerMillion: 10 } as const;
