/**
 * `target` with other methods in front. Its own run on `target` itself, as they use private fields; `instanceof`, `in` and
 * what is added to it later are as before.
 */
export function overlay<T extends object, O extends object>(target: T, own: O): T & O {
  const bound = new Map<PropertyKey, { readonly of: unknown; readonly method: unknown }>();
  return new Proxy(target, {
    get(_, key) {
      if (Object.hasOwn(own, key)) return Reflect.get(own, key);
      const value: unknown = Reflect.get(target, key, target);
      // A class among them has static members.
      if (typeof value !== 'function' || key === 'constructor') return value;
      const known = bound.get(key);
      if (known?.of === value) return known.method;
      const method: unknown = value.bind(target);
      bound.set(key, { of: value, method });
      return method;
    },
    has: (_, key) => Object.hasOwn(own, key) || Reflect.has(target, key),
    // Who replaces one of ours means what callers get.
    set: (_, key, value) =>
      Object.hasOwn(own, key) ? Reflect.set(own, key, value) : Reflect.set(target, key, value, target),
  }) as T & O;
}
