import * as z from 'zod/mini';
import { type ByteSize, parseByteSize } from './byte-size.ts';
import { type Duration, parseDuration } from './duration.ts';

/*
 * Leaves of option schemas. Each carries what it accepts as its message, from which a PerfConfigError is made.
 * zod is bundled in its small form: importing the package costs 60 to 150 ms, several times the whole plugin.
 */

/** A duration, resolved to milliseconds. */
export const duration = (max?: Duration) =>
  z.pipe(
    z.custom<Duration>(
      (value) => (parseDuration(value) ?? Infinity) <= (parseDuration(max) ?? Number.MAX_VALUE),
      {
        error: `a duration such as '250ms', '30s', '5m', '1h' or '7d', or a positive number of milliseconds${max === undefined ? '' : `, at most '${max}'`}`,
      },
    ),
    z.transform((value: Duration) => parseDuration(value) as number),
  );

/** A size, resolved to bytes. */
export const byteSize = () =>
  z.pipe(
    z.custom<ByteSize>((value) => parseByteSize(value) !== undefined, {
      error: "a size such as '512kb', '64mb' or '1gb', or a positive whole number of bytes",
    }),
    z.transform((value: ByteSize) => parseByteSize(value) as number),
  );

export const positiveInteger = (max: number) =>
  z.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= max,
    {
      error: `a whole number from 1 to ${max}`,
    },
  );

export const flag = () =>
  z.custom<boolean>((value) => typeof value === 'boolean', { error: 'true or false' });

export const oneOf = <const T extends string>(...values: T[]) =>
  z.custom<T>((value) => values.includes(value as T), {
    error: values.map((value) => `'${value}'`).join(' or '),
  });

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/**
 * An object of options. A key that is not in it is an issue, whose message lists the keys that are. A field that is
 * `undefined` counts as left out. The fields are made when there is something to check, since schemas are most of what an
 * import would take.
 */
export const options = <Shape extends z.core.$ZodLooseShape>(shapeOf: () => Shape) => {
  const schema = z.lazy(() => {
    const shape = shapeOf();
    const error: z.core.$ZodErrorMap = (issue) =>
      issue.code === 'unrecognized_keys' ? `known: ${Object.keys(shape).join(', ')}` : 'an object of options';
    return z.pipe(z.strictObject(shape, { error }), z.transform(dropUndefined));
  });
  // Known beforehand: to ask the object itself would make it, also where nothing is given.
  Object.defineProperties(schema._zod, { optin: { value: undefined }, optout: { value: undefined } });
  return schema;
};

export const dropUndefined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;

/** A feature: `false` turns it off, `true` is all defaults, an object changes some of them. */
export const feature = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.union([z.custom<boolean>((value) => typeof value === 'boolean'), schema], {
    error: 'true, false or an object of options',
  });

export const name = () =>
  z.custom<string>((value) => typeof value === 'string' && value.trim() !== '' && value.length <= 200, {
    error: 'a text of 1 to 200 characters',
  });

export const names = () => {
  const error = 'an array of at most 100 texts, each of 1 to 200 characters';
  return z.array(name(), { error }).check(z.maxLength(100, { error }));
};
