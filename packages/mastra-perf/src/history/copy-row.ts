import { clonePlain } from '../pipeline/clone-plain.ts';

/** A deep copy of a row of the storage, which is plain data unless somebody saved what is not. */
export function copyRow<T>(row: T): T {
  try {
    return clonePlain(row);
  } catch {
    return structuredClone(row); // slower, and keeps what else can be kept; or throws, and then it is not kept
  }
}
