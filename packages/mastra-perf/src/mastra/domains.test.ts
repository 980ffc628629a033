import { describe, expect, it } from 'vitest';
import { decorate } from './domains.ts';

class Domain {
  static readonly kind = 'memory';
  #calls = 0;
  save(text: string): string {
    return `${text} ${++this.#calls}`;
  }
  read(): number {
    return this.#calls;
  }
}

describe('decorate', () => {
  it('lets others wrap a method of ours, as instrumentation does, without a loop', () => {
    const inner = new Domain();
    const domain = decorate(inner, { save: (text: string) => inner.save(`ours ${text}`) });
    const ours = domain.save;
    domain.save = (text) => `theirs ${ours(text)}`;
    expect(domain.save('a')).toBe('theirs ours a 1');
    expect(domain.read()).toBe(1);
  });

  it('lets others wrap any other method', () => {
    const domain = decorate(new Domain(), { save: () => '' });
    const read = domain.read;
    domain.read = () => read() + 100;
    expect(domain.read()).toBe(100);
  });

  it('has the class of the domain', () => {
    const domain = decorate(new Domain(), { save: () => '' });
    expect([domain.constructor, domain instanceof Domain]).toEqual([Domain, true]);
  });
});
