/**
 * Scripts of the ledger begin with this: the time of the server in whole milliseconds, and whole numbers as text. Lua itself
 * writes no more than 14 digits of a number.
 */
export const SERVER_CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local format = string.format
local function text(number)
  return format('%.0f', number)
end
`;
