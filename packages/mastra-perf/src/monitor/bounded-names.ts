import { OTHER } from './series-index.ts';

/** Gives names back as they are, the first so many; all others as `'(other)'`. */
export function boundedNames(max: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= max || name.length > 200) return OTHER;
    known.add(name);
    return name;
  };
}
