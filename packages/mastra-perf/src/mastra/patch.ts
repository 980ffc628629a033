type Method = (this: never, ...args: never[]) => unknown;

/** One method to be wrapped. `wrap` gets the method that stands there and returns the one to stand instead. */
export interface Patch {
  readonly target: object;
  readonly method: string;
  readonly wrap: (original: Method) => Method;
}

export const isSupported = ({ target, method }: Patch): boolean =>
  typeof methodOf(target, method) === 'function';

/** As it is defined. Reading it may give something else: Mastra's storages are behind a proxy that binds their methods. */
function methodOf(target: object, method: string): unknown {
  for (let owner: object | null = target; owner; owner = Object.getPrototypeOf(owner) as object | null) {
    const found = Object.getOwnPropertyDescriptor(owner, method);
    if (found) return found.get ? Reflect.get(target, method) : found.value;
  }
  return undefined;
}

/**
 * Puts a patch in place and returns its undo. The undo restores exactly what was there: an inherited method becomes
 * inherited again. If somebody has wrapped ours since, taking theirs away would be wrong: ours then stays, inert.
 */
export function applyPatch({ target, method, wrap }: Patch): () => void {
  const before = Object.getOwnPropertyDescriptor(target, method);
  const original = methodOf(target, method) as Method;
  const wrapped = wrap(original);
  let active = true;
  const standIn = function (this: never, ...args: never[]): unknown {
    return (active ? wrapped : original).apply(this, args);
  };
  const installed = {
    value: standIn,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  };
  Object.defineProperty(target, method, installed);

  return () => {
    active = false;
    if (Object.getOwnPropertyDescriptor(target, method)?.value !== standIn) return;
    if (before) Object.defineProperty(target, method, before);
    else Reflect.deleteProperty(target, method);
  };
}
