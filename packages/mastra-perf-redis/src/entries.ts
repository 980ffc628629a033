import { MAX_TTL_MS, type CacheClaim, type CacheEntry, type CacheWrite } from 'mastra-perf';
import { isReply } from './failures.ts';
import { script } from './script.ts';
import type { Sender } from './sender.ts';

/** The entry under this key, whatever was invalidated since; `undefined` for what cannot be read. */
export async function readEntry(sender: Sender, key: string): Promise<CacheEntry | undefined> {
  try {
    return entryOf(await sender.send('hmgetBuffer', key, 's', 't', 'v'));
  } catch (error) {
    if (isReply(error, 'WRONGTYPE')) return undefined;
    throw error;
  }
}

/** What stands where an entry is to be written. */
export interface Standing {
  /** Its stamp as it is written there. */
  readonly mark: string;
  /** Absent if it cannot be read. */
  readonly claim: CacheClaim | undefined;
}

/** `boldly`: what stands there is replaced unless it is later. `replaces`: and also if it is the one with this mark. */
export interface WriteMode {
  readonly boldly: boolean;
  readonly replaces?: string;
}

const setScript = script(`
local standing = redis.call('HMGET', KEYS[1], 's', 't')
local stamp = tonumber(standing[1])
if stamp then
  local refused = stamp > tonumber(ARGV[1]) and standing[1] ~= ARGV[6]
  if refused or (ARGV[5] == '0' and standing[2] ~= ARGV[2]) then
    return standing
  end
end
redis.call('HSET', KEYS[1], 's', ARGV[1], 't', ARGV[2], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`);

/**
 * Writes the entry, or returns the one that stands in its way: a later one, or one with other tags. To replace the latter
 * could be wrong: this entry may be invalid where that one is not.
 */
export async function writeEntry(
  sender: Sender,
  key: string,
  { stamp, tags, value, ttlMs }: CacheWrite,
  { boldly, replaces = '' }: WriteMode,
): Promise<Standing | 'written'> {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const ttl = Math.min(Math.ceil(ttlMs), MAX_TTL_MS);
  const args = [stamp, JSON.stringify(tags), bytes, ttl, boldly ? 1 : 0, replaces];
  const reply = await sender.run(setScript, [key], args);
  if (!Array.isArray(reply)) return 'written';
  const [mark, names] = reply as [string, string | null];
  return { mark, claim: claimOf(mark, names) };
}

/** Whether there is anything to write. */
export const isWritable = ({ stamp, ttlMs }: CacheWrite): boolean => ttlMs > 0 && Number.isSafeInteger(stamp);

function entryOf(reply: unknown): CacheEntry | undefined {
  const [mark, names, value] = reply as Array<Buffer | null>;
  const claim = value && claimOf(mark?.toString(), names?.toString());
  return claim ? { ...claim, value: owned(value) } : undefined;
}

function claimOf(mark: string | null | undefined, names: string | null | undefined): CacheClaim | undefined {
  const stamp = Number(mark ?? Number.NaN);
  if (!Number.isSafeInteger(stamp) || names == null) return undefined;
  try {
    const tags: unknown = JSON.parse(names);
    return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') ? { stamp, tags } : undefined;
  } catch {
    return undefined; // not ours, or damaged: there is no entry
  }
}

/** A short reply is a window on all that has arrived at once, and would keep it in memory. */
const owned = (bytes: Buffer): Uint8Array => new Uint8Array(bytes);
