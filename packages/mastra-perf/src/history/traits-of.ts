import { MEMORY_TRAITS, type MemoryTraits } from './memory-traits.ts';

/** The traits of a memory domain of Mastra's storage. */
export const traitsOf = (domain: object): MemoryTraits | undefined =>
  (domain as { readonly [MEMORY_TRAITS]?: MemoryTraits })[MEMORY_TRAITS];
