/**
 * The time of the server in milliseconds since 1970, to the microsecond: first made whole, because up to Postgres 13 it is a
 * number that has no more than 15 digits when it becomes an exact one.
 */
export const RATE_MOMENT = `((extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 0.001)`;
