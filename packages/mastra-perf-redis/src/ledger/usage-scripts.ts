import { LEDGER_REPEAT_MS, LEDGER_RETENTION_DAYS, type LedgerInterval } from 'mastra-perf';
import { script } from '../script.ts';
import { SERVER_CLOCK } from './server-clock.ts';

/*
 * A hash for each interval: a field for each group has its sums, a space before each, and the field `#` says of what they are:
 * names as JSON, a line each. A name that comes later goes to the end, and groups may have fewer sums than there are names.
 */

/** The field of the names. No group has it: a group is a JSON array. */
export const NAMES_FIELD = '#';

/** In the order in which scripts name them. */
export const INTERVALS = ['minute', 'hour', 'day', 'month'] as const satisfies readonly LedgerInterval[];

/** Groups that are told apart in one interval; what comes later is folded. */
const GROUPS_PER_INTERVAL = 10_000;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LONGEST_MS = { minute: 60_000, hour: HOUR_MS, day: DAY_MS, month: 31 * DAY_MS } as const;
/** From the begin of an interval until its sums are over: a report may have asked for it a moment before. */
const KEPT_MS = INTERVALS.map(
  (interval) => LONGEST_MS[interval] + LEDGER_RETENTION_DAYS[interval] * DAY_MS + HOUR_MS,
);
/** Values of one command: Lua can hand over 8,000. */
const CHUNK = 4000;

/**
 * KEYS: of each length which intervals there are, then what the batch names. ARGV: a batch (see usage-batch.ts) as JSON.
 *
 * Sums are added up here and not by HINCRBY, which fails where a sum has no room in 64 bits: that would be in the middle of a
 * batch. Nothing is written before all is read. Names of Lua's library are local where a loop needs them: to look one up in a
 * script takes as long as to write a number.
 */
export const recordScript = script(`${SERVER_CLOCK}
local kept = { ${KEPT_MS.join(', ')} }
local batch = cjson.decode(ARGV[1])
local gmatch, insert, number = string.gmatch, table.insert, tonumber
local function inChunks(values, use)
  for from = 1, #values, ${CHUNK} do use(from, math.min(from + ${CHUNK} - 1, #values)) end
end

local buckets = {}
for i, given in ipairs(batch.buckets) do
  local endsAt = given[3] + kept[given[2]]
  if endsAt > now then
    buckets[i] = { key = KEYS[given[1]], starts = KEYS[given[2]], start = given[3], endsAt = endsAt }
    buckets[i].places, buckets[i].added, buckets[i].fields = {}, {}, {}
  end
end

local function add(bucket, place, counts)
  local sums = bucket.added[place]
  if not sums then
    sums = {}
    bucket.added[place] = sums
    insert(bucket.places, place)
  end
  for i = 1, #counts, 2 do sums[counts[i]] = (sums[counts[i]] or 0) + counts[i + 1] end
end

for _, list in ipairs(batch.ids) do
  list.new, list.isKnown = {}, {}
  inChunks(list[2], function(from, to)
    local known = redis.call('SMISMEMBER', KEYS[list[1]], unpack(list[2], from, to))
    for i = from, to do
      if known[i - from + 1] == 1 then list.isKnown[i] = true else insert(list.new, list[2][i]) end
    end
  end)
end
for _, entry in ipairs(batch.entries) do
  if not batch.ids[entry[1]].isKnown[entry[2]] then
    for _, at in ipairs(entry[4]) do
      if buckets[at] then add(buckets[at], entry[3], entry[5]) end
    end
  end
end

local function columnsOf(key)
  local columns, size = {}, 0
  for name in gmatch(redis.call('HGET', key, '${NAMES_FIELD}') or '', '[^\\n]+') do
    size = size + 1
    columns[name], columns[size] = size, name
  end
  return columns, size
end
local function sumUp(bucket)
  local columns, known = columnsOf(bucket.key)
  local width = known
  local groups, texts, standing = redis.call('HLEN', bucket.key) - (known > 0 and 1 or 0), {}, {}
  for i, place in ipairs(bucket.places) do texts[i] = batch.groups[place][1] end
  inChunks(texts, function(from, to)
    local found = redis.call('HMGET', bucket.key, unpack(texts, from, to))
    for i = from, to do standing[bucket.places[i]] = found[i - from + 1] end
  end)

  local all, order = {}, {}
  local function rowAt(place)
    if all[place] then return all[place] end
    local group, other = unpack(batch.groups[place])
    local found = standing[place]
    if found == nil then found = redis.call('HGET', bucket.key, group) end
    if not found then
      if groups >= ${GROUPS_PER_INTERVAL} and other ~= place then return rowAt(other) end
      groups = groups + 1
    end
    local row = {}
    for digits in gmatch(found or '', '%d+') do row[#row + 1] = number(digits) end
    all[place] = row
    insert(order, place)
    return row
  end
  for _, place in ipairs(bucket.places) do
    local row = rowAt(place)
    for nameAt, sum in pairs(bucket.added[place]) do
      local name = batch.names[nameAt]
      if not columns[name] then
        width = width + 1
        columns[name], columns[width] = width, name
      end
      local column = columns[name]
      while #row < column do row[#row + 1] = 0 end
      row[column] = row[column] + sum
    end
  end
  local fields = bucket.fields
  for _, place in ipairs(order) do
    local row = all[place]
    fields[#fields + 1] = batch.groups[place][1]
    fields[#fields + 1] = format(string.rep(' %.0f', #row), unpack(row))
  end
  if width > known then
    fields[#fields + 1] = '${NAMES_FIELD}'
    fields[#fields + 1] = table.concat(columns, '\\n', 1, width)
  end
end
for _, bucket in pairs(buckets) do
  if #bucket.places > 0 then sumUp(bucket) end
end

for _, bucket in pairs(buckets) do
  if #bucket.fields > 0 then redis.call('ZADD', bucket.starts, text(bucket.start), text(bucket.start)) end
end
for i = 1, #kept do redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', text(now - kept[i])) end
for _, list in ipairs(batch.ids) do
  inChunks(list.new, function(from, to) redis.call('SADD', KEYS[list[1]], unpack(list.new, from, to)) end)
  if #list.new > 0 then redis.call('PEXPIRE', KEYS[list[1]], ${LEDGER_REPEAT_MS}) end
end
for _, bucket in pairs(buckets) do
  inChunks(bucket.fields, function(from, to)
    redis.call('HSET', bucket.key, unpack(bucket.fields, from, to))
  end)
  if #bucket.fields > 0 then redis.call('PEXPIREAT', bucket.key, text(bucket.endsAt)) end
end
`);

/** The time of the server, then of each length which intervals there are. */
export const startsScript = script(`${SERVER_CLOCK}
local reply = { text(now) }
for i = 1, #KEYS do reply[i + 1] = redis.call('ZRANGE', KEYS[i], 0, -1) end
return reply
`);

/**
 * ARGV: texts that groups must contain. Who asks looks again: what contains a text need not be what it stands for.
 *
 * Not the command itself: ioredis makes an object of its reply, for which some names have a meaning.
 */
export const sumsScript = script(`
local all = redis.call('HGETALL', KEYS[1])
if #ARGV == 0 then return all end
local find, found, size = string.find, {}, 0
for i = 1, #all, 2 do
  local wanted = true
  if all[i] ~= '${NAMES_FIELD}' then
    for j = 1, #ARGV do wanted = wanted and find(all[i], ARGV[j], 1, true) end
  end
  if wanted then
    found[size + 1], found[size + 2] = all[i], all[i + 1]
    size = size + 2
  end
end
return found
`);
