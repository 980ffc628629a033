import { script } from './script.ts';

/*
 * A rate is `<whole> <part> <paused>`: when all that was taken will have come back, as a whole number of milliseconds and the
 * rest of it, and when its pause ends. A time since 1970 leaves 12 bits for parts of a millisecond: kept in one number, what
 * is rounded would add up over a million takes. A rate that owes nothing and does not pause is not there.
 *
 * KEYS: that of each claim. Nothing is written before all is read: a script that fails, does so without a trace.
 */

/** Redis refuses a time to live that does not fit into its numbers. */
const LONGEST_MS = 3650 * 86_400_000;

const RATES = `
local time = redis.call('TIME')
local whole = time[1] * 1000 + math.floor(time[2] / 1000)
local part = (time[2] % 1000) / 1000
local rates = {}

local function rateOf(key)
  if rates[key] then return rates[key] end
  local itsWhole, itsPart, paused = string.match(redis.call('GET', key) or '', '^(%d+) (%S+) (%S+)$')
  itsWhole, itsPart, paused = tonumber(itsWhole), tonumber(itsPart), tonumber(paused)
  local rate = { owed = 0, whole = whole, part = part, added = 0, paused = 0, ends = 0 }
  if itsWhole and itsPart and paused then
    local owed = (itsWhole - whole) + (itsPart - part)
    if owed > 0 then rate.owed, rate.whole, rate.part = owed, itsWhole, itsPart end
    rate.paused, rate.ends = math.max(0, paused - whole - part), paused
  end
  rates[key] = rate
  return rate
end

local function write()
  for key, rate in pairs(rates) do
    local added = math.max(rate.added, -rate.owed)
    local carried = math.floor(rate.part + added)
    local left = math.max(rate.owed + added, rate.paused)
    if left > 0 then
      local text = string.format('%.0f %.17g %.3f', rate.whole + carried, rate.part + added - carried, rate.ends)
      redis.call('SET', key, text, 'PX', string.format('%.0f', math.min(math.ceil(left), ${LONGEST_MS})))
    else
      redis.call('DEL', key)
    end
  end
end
`;

/** ARGV: how long one may wait, then of each claim what it costs and what it is spared, in milliseconds. Returns a {@link RateAnswer}. */
export const takeScript = script(`${RATES}
local wait = 0
for i = 1, #KEYS do
  local rate = rateOf(KEYS[i])
  wait = math.max(wait, rate.paused, rate.owed + rate.added - ARGV[2 * i + 1])
  rate.added = rate.added + ARGV[2 * i]
end
local granted = wait <= tonumber(ARGV[1])
if granted then
  for _, rate in pairs(rates) do
    if wait > rate.owed then rate.owed, rate.whole, rate.part = wait, whole, part + wait end
  end
  write()
end
return { granted and 1 or 0, string.format('%.17g', wait) }
`);

/** ARGV: of each claim what it costs more, or less. */
export const correctScript = script(`${RATES}
for i = 1, #KEYS do
  local rate = rateOf(KEYS[i])
  rate.added = rate.added + ARGV[i]
end
write()
`);

/** ARGV: for how long. */
export const pauseScript = script(`${RATES}
for i = 1, #KEYS do
  local rate, paused = rateOf(KEYS[i]), tonumber(ARGV[1])
  if paused > rate.paused then rate.paused, rate.ends = paused, whole + part + paused end
end
write()
`);
