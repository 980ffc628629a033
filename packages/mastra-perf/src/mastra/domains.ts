type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * A stand-in for a domain of Mastra's storage. `overrides` win; every other method runs on the domain itself, since the domains
 * use private fields, and what the domain calls of its own methods stays its own. `wrap` may give another one in the place of such a
 * method, which it gets bound.
 */
export function decorate<T extends object>(
  target: T,
  overrides: Partial<T> & object,
  wrap: (name: string, method: Method) => Method | undefined = () => undefined,
): T {
  const own: object = { ...overrides };
  return new Proxy(target, {
    get(domain, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name) as unknown;
      const value: unknown = Reflect.get(domain, name, domain);
      if (typeof value !== 'function' || name === 'constructor') return value;
      const method = value.bind(domain) as Method;
      return (typeof name === 'string' && wrap(name, method)) || method;
    },
    // Who replaces a method means what callers get: ours, which theirs may call, calls the domain's.
    set(domain, name, value) {
      if (typeof value !== 'function') return Reflect.set(domain, name, value, domain);
      return Reflect.set(own, name, value);
    },
    has: (domain, name) => name in own || name in domain,
  });
}
