import { script } from './script.ts';

/** The last argument of each is the milliseconds to live, 0 for ever. */

export const pushScript = script(`
redis.call('RPUSH', KEYS[1], ARGV[1])
if ARGV[2] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
`);

export const incrementScript = script(`
local value = redis.call('INCR', KEYS[1])
if ARGV[1] == '0' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return value
`);

/** The value is JSON of an object without `index`, which goes in as its first property. */
export const pushIndexedScript = script(`
local index = redis.call('INCR', KEYS[2]) - 1
local rest = string.sub(ARGV[1], 2)
local comma = rest == '}' and '' or ','
redis.call('RPUSH', KEYS[1], '{"index":' .. string.format('%.0f', index) .. comma .. rest)
if ARGV[2] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return index
`);
