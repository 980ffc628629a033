import {
  AGENT,
  BYTES,
  counterAt,
  ENTRIES,
  LEASE,
  MODEL,
  RECORDED,
  SETTLED,
  SPENT,
  startsAt,
  UNDER_WAY,
  USED,
} from './left-behind.ts';

/**
 * Commands that leave in Redis what version 1 leaves there. They say what is read in every release: a later version, that writes
 * something else, gets a file of its own.
 *
 * @param life the run of the server
 */
export function redisOfVersion1(
  prefix: string,
  life: string,
  now: number,
): ReadonlyArray<ReadonlyArray<string | number | Uint8Array>> {
  const moment = now * 1000;
  const [day, minute] = [now + 86_400_000, startsAt(now)[0]![1]];
  const group = `[["agent","${AGENT}"],["model","${MODEL}"],["purpose","answer"],["user","ann"]]`;
  const names = Object.keys(USED)
    .map((name) => `"${name}"`)
    .join('\n');
  const sums = Object.values(USED)
    .map((sum) => ` ${sum}`)
    .join('');
  const entry = (key: string, tags: string) => [
    'hset',
    `${prefix}:#e:${key}`,
    's',
    moment + 5,
    't',
    tags,
    'v',
    BYTES,
  ];
  return [
    [
      'hset',
      `${prefix}:{c}:marks`,
      'born',
      moment,
      'clock',
      moment + 9,
      'life',
      life,
      't:tag:old',
      moment + 7,
    ],
    entry(ENTRIES.served, '["tag:kb"]'),
    entry(ENTRIES.undone, '["tag:old"]'),
    ['set', `${prefix}:{c}:lease:${LEASE}`, moment + 8, 'PX', 600_000],
    ...startsAt(now).flatMap(([interval, start]) => [
      ['zadd', `${prefix}:{l}:${interval}s`, start, start],
      ['hset', `${prefix}:{l}:${interval}:${start}`, '#', names, group, sums],
    ]),
    ['sadd', `${prefix}:{l}:ids:${minute}`, `0:${RECORDED}`],
    ['hset', `${prefix}:{l}:counters`, `:${counterAt(now)}`, `${SPENT} 1 ${day} ${now}.1`],
    ['hset', `${prefix}:{l}:held`, `:${UNDER_WAY}`, JSON.stringify([`:${counterAt(now)}`, `${now}.1`, 1])],
    ['zadd', `${prefix}:{l}:holds`, now + 600_000, `:${UNDER_WAY}`],
    ['set', `${prefix}:{l}:over:${SETTLED}`, 'settled', 'PX', 600_000],
  ];
}
