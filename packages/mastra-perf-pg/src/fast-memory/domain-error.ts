import type { MastraCore } from './mastra-core.ts';

type Operation = 'SAVE_MESSAGES' | 'DELETE_MESSAGES' | 'GET_THREAD_BY_ID';

export interface DomainFailure {
  readonly operation: Operation;
  readonly details: Record<string, string>;
  readonly text?: string;
  readonly cause?: unknown;
}

/** An error as Mastra's own adapter throws it. Keep in step with `MemoryPG`; the tests compare them. */
export async function domainError(core: MastraCore, failure: DomainFailure): Promise<Error> {
  const { MastraError } = await core.load();
  const { operation, details, text, cause } = failure;
  const definition = {
    id: `MASTRA_STORAGE_PG_${operation}_FAILED`,
    domain: 'STORAGE',
    category: 'THIRD_PARTY',
    details,
    ...(text !== undefined && { text }),
  };
  return new MastraError(definition, cause);
}
