/**
 * A stand-in for a domain of Mastra's storage. `overrides` win; every other method runs on the domain itself, since the domains
 * use private fields, and what the domain calls of its own methods stays its own.
 */
export function decorate<T extends object>(target: T, overrides: Partial<T> & object): T {
  return new Proxy(target, {
    get(domain, name) {
      if (Object.hasOwn(overrides, name)) return Reflect.get(overrides, name) as unknown;
      const value: unknown = Reflect.get(domain, name, domain);
      return typeof value === 'function' ? (value.bind(domain) as unknown) : value;
    },
    has: (domain, name) => name in overrides || name in domain,
  });
}
