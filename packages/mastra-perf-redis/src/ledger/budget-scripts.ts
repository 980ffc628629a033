import { LEDGER_REPEAT_MS } from 'mastra-perf';
import { script } from '../script.ts';
import { SERVER_CLOCK } from './server-clock.ts';

/*
 * One hash has a field for each counter, `<spent> <held> <ends> <born>`. When it was born tells it from an earlier one of
 * its name, on which something may still be held that is none of the later one's. What a call holds is a list of counter,
 * birth and amount.
 *
 * KEYS: the counters, what is held, the holds by expiry and, but for a look, what became of the call. Nothing is written
 * before all is read: a script that fails, does so without a trace.
 */

/** Looked at for each counter that is added, to find those that can be forgotten: so the hash cannot grow for ever. */
const LOOKED_AT = 3;

const COUNTERS = `${SERVER_CLOCK}
local birth = time[1] .. '.' .. time[2]
local counters, changed, added = {}, {}, 0
local gone, isGone = {}, {}

local function counterOf(packed)
  local spent, held, ends, born = string.match(packed or '', '^(%d+) (%d+) (%d+) (%S+)$')
  if not born or tonumber(ends) <= now then return false end
  return { spent = tonumber(spent), held = tonumber(held), ends = tonumber(ends), born = born }
end
local function counterAt(name)
  if counters[name] == nil then counters[name] = counterOf(redis.call('HGET', KEYS[1], name)) end
  return counters[name]
end
local function open(name, ends)
  local counter = counterAt(name)
  if not counter then
    counter = { spent = 0, held = 0, ends = ends, born = birth }
    counters[name] = counter
    added = added + 1
  end
  counter.ends = math.max(counter.ends, ends)
  changed[name] = counter
  return counter
end
local function numbersOf(name)
  local counter = counterAt(name)
  if not counter or counter.ends <= now then return 0, 0 end
  return counter.spent, counter.held
end

local function giveBack(id)
  local packed = redis.call('HGET', KEYS[2], id)
  gone[#gone + 1] = id
  isGone[id] = true
  local isRead, parts = pcall(cjson.decode, packed or '[]')
  if not isRead or type(parts) ~= 'table' then return end
  for i = 1, #parts, 3 do
    local counter = counterAt(parts[i])
    if counter and counter.born == parts[i + 1] then
      counter.held = math.max(0, counter.held - (tonumber(parts[i + 2]) or 0))
      changed[parts[i]] = counter
    end
  end
end
local function expireHolds()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', text(now))) do giveBack(id) end
end

local function write()
  for name, counter in pairs(changed) do
    local numbers = text(counter.spent) .. ' ' .. text(counter.held) .. ' ' .. text(counter.ends)
    if counter.ends > now then redis.call('HSET', KEYS[1], name, numbers .. ' ' .. counter.born) end
  end
  for _, id in ipairs(gone) do
    redis.call('ZREM', KEYS[3], id)
    redis.call('HDEL', KEYS[2], id)
  end
  if added == 0 then return end
  local seen = redis.call('HRANDFIELD', KEYS[1], -${LOOKED_AT} * added, 'WITHVALUES')
  for i = 1, #seen, 2 do
    if not counterOf(seen[i + 1]) then redis.call('HDEL', KEYS[1], seen[i]) end
  end
end
`;

/**
 * ARGV: the id, the time to hold, and claims as JSON: each a list of the limit, the amount, the end of the counter, the
 * counter and those that count as well. Returns `granted`, `over` or the place of the first claim that does not fit, then
 * what is spent and held of each.
 */
export const reserveScript = script(`${COUNTERS}
local id, claims = ARGV[1], cjson.decode(ARGV[3])
local became = redis.call('GET', KEYS[4])
expireHolds()

local function stateOf(claim)
  local spent, held = 0, 0
  for i = 4, #claim do
    local itsSpent, itsHeld = numbersOf(claim[i])
    spent, held = spent + itsSpent, held + itsHeld
  end
  return spent, held
end
local function firstThatDoesNotFit()
  local wanted = {}
  for _, claim in ipairs(claims) do wanted[claim[4]] = (wanted[claim[4]] or 0) + claim[2] end
  for place, claim in ipairs(claims) do
    local spent, held = stateOf(claim)
    local own = 0
    for i = 4, #claim do own = own + (wanted[claim[i]] or 0) end
    if spent + held + own > claim[1] then return text(place - 1) end
  end
end
local function hold()
  local parts = {}
  for _, claim in ipairs(claims) do
    local counter = open(claim[4], claim[3])
    counter.held = counter.held + claim[2]
    parts[#parts + 1] = claim[4]
    parts[#parts + 1] = counter.born
    parts[#parts + 1] = text(claim[2])
  end
  return parts
end

local answer = became and 'over'
local isHeld = not isGone[id] and redis.call('HEXISTS', KEYS[2], id) == 1
local parts
if not answer and not isHeld then
  answer = firstThatDoesNotFit()
  if not answer then parts = hold() end
end
write()
if parts then
  redis.call('HSET', KEYS[2], id, cjson.encode(parts))
  redis.call('ZADD', KEYS[3], text(now + ARGV[2]), id)
end
local reply = { answer or 'granted' }
for _, claim in ipairs(claims) do
  local spent, held = stateOf(claim)
  reply[#reply + 1] = text(spent)
  reply[#reply + 1] = text(held)
end
return reply
`);

/** ARGV: the time to hold, and ids. Those whose time is over are not there any more when it looks. */
export const extendScript = script(`${COUNTERS}
expireHolds()
write()
local till = text(now + ARGV[1])
for i = 2, #ARGV do redis.call('ZADD', KEYS[3], 'XX', 'GT', till, ARGV[i]) end
`);

/** ARGV: the id, and charges as JSON: each a list of the counter, the amount and the end of the counter. */
export const settleScript = script(`${COUNTERS}
if redis.call('GET', KEYS[4]) == 'settled' then return end
giveBack(ARGV[1])
for _, charge in ipairs(cjson.decode(ARGV[2])) do
  local counter = open(charge[1], charge[3])
  counter.spent = counter.spent + charge[2]
end
write()
redis.call('SET', KEYS[4], 'settled', 'PX', ${LEDGER_REPEAT_MS})
`);

/** ARGV: the id. */
export const releaseScript = script(`${COUNTERS}
giveBack(ARGV[1])
write()
redis.call('SET', KEYS[4], 'released', 'PX', ${LEDGER_REPEAT_MS}, 'NX')
`);

/** ARGV: the counters. Returns what is spent and held of each. Writes nothing. */
export const budgetsScript = script(`${COUNTERS}
expireHolds()
local reply = {}
for i = 1, #ARGV do
  local spent, held = numbersOf(ARGV[i])
  reply[#reply + 1] = text(spent)
  reply[#reply + 1] = text(held)
end
return reply
`);
