import { PerfConfigError } from '../errors.ts';

/** What `perf.cache.invalidate()` takes away: one of three. */
export type InvalidateSelector =
  /** Answers with at least one of these tags. */
  | { readonly tags: readonly string[]; readonly agent?: undefined; readonly key?: undefined }
  /** Answers of this agent id. */
  | { readonly agent: string; readonly tags?: undefined; readonly key?: undefined }
  /** One answer, by the key that the `stored` event names. */
  | { readonly key: string; readonly tags?: undefined; readonly agent?: undefined };

/*
 * Whatever an answer can be invalidated by is a tag in the tiers; a prefix keeps the three kinds apart.
 */
const byTag = (tag: string): string => `tag:${tag}`;
const byAgent = (agent: string): string => `agent:${agent}`;
const byKey = (key: string): string => `key:${key}`;

/** By what an answer can be invalidated. Whoever asks passes the same: a tag of the call that asks counts as well. */
export const namesOf = (key: string, agent: string, tags: readonly string[] = []): string[] => [
  byAgent(agent),
  byKey(key),
  ...tags.map(byTag),
];

/** What the names of an answer say of it, in the words of its caller. */
export function readNames(names: readonly string[]): {
  readonly agent: string;
  readonly tags: readonly string[];
} {
  const agent = names.find((name) => name.startsWith('agent:'));
  const tags = names.filter((name) => name.startsWith('tag:'));
  return { agent: agent?.slice('agent:'.length) ?? '', tags: tags.map((name) => name.slice('tag:'.length)) };
}

/** @throws PerfConfigError unless the selector says exactly one thing. */
export function namesSelected(selector: InvalidateSelector): string[] {
  const { tags, agent, key, ...rest } = (selector ?? {}) as InvalidateSelector; // plain JavaScript may pass nothing
  const given = [tags, agent, key].filter((one) => one !== undefined).length;
  const fail = (path: string, value: unknown, accepted: string): never => {
    throw new PerfConfigError(`perf.cache.invalidate${path}`, value, accepted);
  };
  if (given !== 1 || Object.keys(rest).length > 0)
    fail('', selector, 'exactly one of tags, agent or key (clear() takes all answers away)');
  if (tags !== undefined) {
    if (!Array.isArray(tags) || tags.length === 0 || !tags.every(isName))
      fail('.tags', tags, 'an array of at least one text that is not empty');
    return tags.map(byTag);
  }
  const [path, name, toName] =
    agent === undefined ? (['.key', key, byKey] as const) : (['.agent', agent, byAgent] as const);
  return isName(name) ? [toName(name)] : fail(path, name, 'a text that is not empty');
}

const isName = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
