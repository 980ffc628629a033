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
  readonly name: string;
  readonly method: Method;
  readonly isRead: boolean;
}

/** Methods that an adapter, or a later Mastra, has beyond those in `known`; what is no read by its name may be a write. */
export function otherMethods(domain: object, known: object): OtherMethod[] {
  const found = new Map<string, OtherMethod>();
  for (
    let at: object | null = domain;
    at && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value !== 'function' || found.has(name) || name in known) continue;
      if (APART.has(name) || NO_ACCESS.test(name)) continue;
      found.set(name, { name, method: value as Method, isRead: READS.test(name) });
    }
  }
  return [...found.values()];
}

/** Whether a method may be made to wait. */
export const isAsync = (method: Method): boolean =>
  Object.prototype.toString.call(method) === '[object AsyncFunction]';
