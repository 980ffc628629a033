/** Methods of Mastra's memory domains that touch neither threads nor messages. */
const APART: ReadonlySet<string> = new Set([
  'init',
  'getResourceById',
  'saveResource',
  'updateResource',
  'getObservationalMemory',
  'getObservationalMemoryHistory',
  'initializeObservationalMemory',
  'updateActiveObservations',
  'updateBufferedObservations',
  'swapBufferedToActive',
  'createReflectionGeneration',
  'updateBufferedReflection',
  'swapBufferedReflectionToActive',
  'setReflectingFlag',
  'setObservingFlag',
  'setBufferingObservationFlag',
  'setBufferingReflectionFlag',
  'insertObservationalMemoryRecord',
  'clearObservationalMemory',
  'setPendingMessageTokens',
  'updateObservationalMemoryConfig',
]);

/** Reads, and what Mastra's base class checks arguments with. `_` marks what nobody else should call. */
const READS = /^(get|list|count|supports|has|is)(?![a-z])/;
const NO_ACCESS = /^(_|parse|validate|deepMerge|constructor$)/;

type Method = (this: unknown, ...args: unknown[]) => unknown;

export interface OtherMethod {
  readonly method: Method;
  readonly isRead: boolean;
}

/**
 * A method that an adapter, or a later Mastra, has beyond those that are known here; what is no read by its name may be a write.
 * `undefined` if it has nothing to do with threads and messages.
 */
export const otherMethod = (name: string, method: Method): OtherMethod | undefined =>
  APART.has(name) || NO_ACCESS.test(name) ? undefined : { method, isRead: READS.test(name) };

/** Whether a method may be made to wait. */
export const isAsync = (method: Method): boolean =>
  Object.prototype.toString.call(method) === '[object AsyncFunction]';
