/** Names of everything that we keep on a server. All begin with the prefix, so one pattern covers them: `<prefix>:*`. */
export interface Keys {
  /** The hash that coordinates: the clock, and when which tag was invalidated. */
  readonly marks: string;
  /** In the slot of `marks`, so that one script may touch both. */
  lease(name: string): string;
  /** All in one slot: any two may meet in a call, and what one script touches must be on one node. */
  rate(name: string): string;
  /** Spread over the slots. */
  entry(key: string): string;
  channel(topic: string): string;
  /** What a cache of the host keeps. */
  hosted(cache: string, key: string): string;
  /** How all keys of such a cache begin, as a pattern. */
  hostedPattern(cache: string): string;
}

/**
 * A prefix has neither `#` nor braces (see options), so no name below one prefix is a name below another. The braces are
 * where Redis Cluster looks for the part of a name that decides its slot.
 */
export function keysOf(prefix: string): Keys {
  const hosted = (cache: string): string => `${prefix}:#h.${cache}`;
  return {
    marks: `${prefix}:{c}:marks`,
    lease: (name) => named(`${prefix}:{c}:lease`, name),
    rate: (name) => named(`${prefix}:{r}:rate`, name),
    entry: (key) => named(`${prefix}:#e`, key),
    channel: (topic) => named(`${prefix}:#bus`, topic),
    hosted: (cache, key) => named(hosted(cache), key),
    hostedPattern: (cache) => `${hosted(cache)}[:~]*`,
  };
}

/** Halves of a surrogate pair would all become the same three bytes on the way, and two names the same one. */
export function named(kind: string, name: string): string {
  return name.isWellFormed() ? `${kind}:${name}` : `${kind}~${Buffer.from(name, 'utf16le').toString('hex')}`;
}
