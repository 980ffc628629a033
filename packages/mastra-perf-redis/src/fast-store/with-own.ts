/** An object's methods by name; their arguments are Mastra's. */
export type Methods = Record<PropertyKey, unknown>;

/**
 * `target` with some members of our own before its. Its methods run on the target itself, so that private fields, its own calls of
 * its methods, `in` and `instanceof` work as without us.
 */
export function withOwn<T extends object>(target: T, own: Methods): T {
  const bound = new Map<PropertyKey, { readonly method: unknown; readonly call: unknown }>();
  return new Proxy(target, {
    get(_target, name) {
      if (Object.hasOwn(own, name)) return own[name];
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'constructor') return value;
      const known = bound.get(name);
      if (known?.method === value) return known.call;
      const call: unknown = value.bind(target);
      bound.set(name, { method: value, call });
      return call;
    },
    set(_target, name, value) {
      if (!Object.hasOwn(own, name)) return Reflect.set(target, name, value, target);
      own[name] = value; // or a wrapper that somebody puts around ours would never be called
      return true;
    },
    has: (_target, name) => Object.hasOwn(own, name) || name in target,
  });
}
