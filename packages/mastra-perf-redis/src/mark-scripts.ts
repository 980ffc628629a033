import { script } from './script.ts';
import type { Sender } from './sender.ts';

/**
 * One hash keeps when what was invalidated, on a clock that all processes share: `clock` is the last moment that was handed
 * out, `born` the one that everything must be later than, and `t:<tag>` when a tag was last invalidated. The clock is that
 * of the server in microseconds, and never stands still or goes back.
 *
 * `life` names the run of the server that has written it. A server that was started again may have been given back an
 * older hash, and a replica that took over may have got no other: invalidations that it does not know of would be undone. So
 * the hash of another life counts as lost, as one that was evicted does: all that came before is invalidated.
 */

/** Tags are forgotten after this long; what is older counts as invalidated, so that no entry outlives what it must obey. */
export const REMEMBERED_US = 31 * 86_400_000_000;
/**
 * A hash begins so far in the future that its moments are later than all of its predecessor, even if the server that keeps
 * it now has a clock that is behind the other one.
 */
const HEAD_START_US = 60_000_000;
/** Fields of one command, so that none of them holds up the server. */
const CHUNK = 500;
/** Looked at for every one that is added, to find those that can be forgotten: so the hash cannot grow for ever. */
const LOOKED_AT = 3;

const LIFE = `
local function life()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
end
`;

const TICK = `
local function whole(text)
  local number = tonumber(text)
  if number and number >= 0 and number < 2 ^ 53 and number == math.floor(number) then return number end
end
local function tick(key)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local known = redis.call('HMGET', key, 'born', 'clock', 'life')
  local clock = whole(known[2])
  if not whole(known[1]) or not clock or known[3] ~= life() then
    clock = math.max(clock or 0, now + ${HEAD_START_US})
    redis.call('DEL', key)
    redis.call('HSET', key, 'born', string.format('%.0f', clock), 'life', life())
  end
  clock = math.max(clock + 1, now)
  local text = string.format('%.0f', clock)
  redis.call('HSET', key, 'clock', text)
  return text, clock
end
`;

/** Scripts whose first key is the hash begin with this: `tick(key)` gives the next moment, as text and as a number. */
export const withTick = (source: string) => script(`${LIFE}${TICK}${source}`);

const stampScript = withTick(`return (tick(KEYS[1]))`);

const invalidateScript = withTick(`
local text, clock = tick(KEYS[1])
for i = 1, #ARGV do
  redis.call('HSET', KEYS[1], 't:' .. ARGV[i], text)
end
local seen = redis.call('HRANDFIELD', KEYS[1], -${LOOKED_AT} * #ARGV, 'WITHVALUES')
for i = 1, #seen, 2 do
  local mark = tonumber(seen[i + 1])
  if string.sub(seen[i], 1, 2) == 't:' and mark and mark < clock - ${REMEMBERED_US} then
    redis.call('HDEL', KEYS[1], seen[i])
  end
end
return text
`);

const clearScript = withTick(`
local text = tick(KEYS[1])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'born', text, 'clock', text, 'life', life())
return text
`);

const readScript = script(`${LIFE}
local known = redis.call('HMGET', KEYS[1], 'born', 'clock', 'life', unpack(ARGV))
if known[3] ~= life() then return {} end
return known
`);

/** `born`, `clock`, the life, then the times of these tags; nothing where the hash is not of this life of the server. */
export const readHash = async (
  sender: Sender,
  key: string,
  tags: readonly string[],
): Promise<ReadonlyArray<string | null>> =>
  (await sender.run(
    readScript,
    [key],
    tags.map((tag) => `t:${tag}`),
  )) as ReadonlyArray<string | null>;

export const takeStamp = async (sender: Sender, key: string): Promise<number> =>
  Number(await sender.run(stampScript, [key], []));

export async function invalidate(sender: Sender, key: string, tags: readonly string[]): Promise<void> {
  await Promise.all(chunks(tags).map((some) => sender.run(invalidateScript, [key], some)));
}

export async function invalidateAll(sender: Sender, key: string): Promise<void> {
  await sender.run(clearScript, [key], []);
}

/** Parts of a list that one command can name. */
export function chunks(tags: readonly string[]): string[][] {
  const result: string[][] = [];
  for (let from = 0; from < tags.length; from += CHUNK) result.push(tags.slice(from, from + CHUNK));
  return result;
}
