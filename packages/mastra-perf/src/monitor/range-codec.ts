import * as z from 'zod/mini';
import { CHECK_BYTES, checkedBytes, contentOf } from '../base/checked-bytes.ts';
import { parseEncryptionKeys } from '../base/encryption-keys.ts';
import { UnreadableEntry } from '../base/unreadable-entry.ts';
import {
  bucketIn,
  callsIn,
  emptyPart,
  groupIn,
  operationIn,
  DISTRIBUTIONS,
  OUTCOMES,
  type CallsPart,
  type RangePart,
} from './range-part.ts';
import { MAX_GROUPS } from './range-of.ts';
import { packSketch, unpackSketch } from './sketch-codec.ts';

/*
 * What one process has for a query, for another one to read:
 *
 *   0  'mpem'    4  format version    5  flags    6  JSON with packed sketches, checked or encrypted: see checked-bytes.ts
 */

/** Raise it with every change of what is written here: what is of another version is then left out. */
const FORMAT_VERSION = 1;
const MAGIC = 'mpem';
const BODY_AT = 6;
const ENCRYPTED = 1;

/** What says to be longer is not read into memory. */
const MAX_BYTES = 4 * 1024 ** 2;
const MAX_NAMES = 200;
const MAX_OPERATIONS = 1000;

export interface RangeCodec {
  encode(part: RangePart, place: string): Uint8Array;
  /** @throws UnreadableEntry, or another error, for everything that `encode` did not make for this place. */
  decode(bytes: Uint8Array, place: string): RangePart;
}

export function rangeCodec(encryptionKeys?: string | readonly string[]): RangeCodec {
  const keys = encryptionKeys === undefined ? [] : parseEncryptionKeys(encryptionKeys);
  const [sealingKey] = keys;
  const header = Buffer.from([...Buffer.from(MAGIC), FORMAT_VERSION, sealingKey ? ENCRYPTED : 0]);
  return {
    encode: (part, place) =>
      checkedBytes(header, Buffer.from(JSON.stringify(toPlain(part))), place, sealingKey),
    decode(bytes, place) {
      if (!(bytes instanceof Uint8Array) || bytes.byteLength > MAX_BYTES + CHECK_BYTES)
        throw new UnreadableEntry('too-large');
      const entry = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (entry.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new UnreadableEntry('foreign');
      if (entry[MAGIC.length] !== FORMAT_VERSION) throw new UnreadableEntry('version');
      const content = contentOf(entry, BODY_AT, place, entry[MAGIC.length + 1] === ENCRYPTED, keys);
      return fromPlain(Buffer.from(content).toString());
    },
  };
}

const count = () => z.number().check(z.int(), z.nonnegative());
const label = () => z.string().check(z.maxLength(MAX_NAMES));
const sketch = () => z.nullable(z.tuple([z.number(), z.number(), z.number(), z.string()]));
const calls = () =>
  z.tuple([z.array(count()).check(z.length(OUTCOMES.length)), count(), count(), z.array(sketch())]);
const plainSchema = z.lazy(() =>
  z.object({
    buckets: z.array(z.tuple([count().check(z.maximum(60)), calls()])).check(z.maxLength(60)),
    groups: z.array(z.tuple([label(), label(), calls()])).check(z.maxLength(MAX_GROUPS)),
    operations: z
      .array(z.tuple([label(), label(), count(), count(), sketch()]))
      .check(z.maxLength(MAX_OPERATIONS)),
    agents: z.array(label()).check(z.maxLength(MAX_NAMES)),
    models: z.array(label()).check(z.maxLength(MAX_NAMES)),
    overflowed: count(),
  }),
);
type Plain = z.infer<typeof plainSchema>;
type PlainCalls = z.infer<ReturnType<typeof calls>>;

const callsToPlain = ({ outcomes, errors, aborted, values }: CallsPart): PlainCalls => [
  OUTCOMES.map((name) => outcomes[name]),
  errors,
  aborted,
  DISTRIBUTIONS.map((name) => packSketch(values[name])),
];

function toPlain(part: RangePart): Plain {
  const groups = [...part.groups.values()].toSorted((a, b) => callsIn(b.calls) - callsIn(a.calls));
  return {
    buckets: Array.from(part.buckets, ([at, of]) => [at, callsToPlain(of)]),
    groups: groups
      .slice(0, MAX_GROUPS)
      .map(({ agent, model, calls: of }) => [agent, model, callsToPlain(of)]),
    operations: Array.from(part.operations.values(), ({ operation, name, count: all, errors, values }) => [
      operation,
      name,
      all,
      errors,
      packSketch(values),
    ]).slice(0, MAX_OPERATIONS) as Plain['operations'],
    agents: [...part.agents].slice(0, MAX_NAMES),
    models: [...part.models].slice(0, MAX_NAMES),
    overflowed: part.overflowed,
  };
}

function fillCalls(to: CallsPart, [outcomes, errors, aborted, values]: PlainCalls): void {
  OUTCOMES.forEach((name, at) => (to.outcomes[name] += outcomes[at] ?? 0));
  to.errors += errors;
  to.aborted += aborted;
  DISTRIBUTIONS.forEach((name, at) => {
    const read = unpackSketch(values[at]);
    if (read) to.values[name] = read;
  });
}

function fromPlain(text: string): RangePart {
  const plain = plainSchema.parse(JSON.parse(text));
  const part = emptyPart();
  for (const [at, of] of plain.buckets) fillCalls(bucketIn(part, at), of);
  for (const [agent, model, of] of plain.groups) fillCalls(groupIn(part, agent, model).calls, of);
  for (const [operation, name, all, errors, values] of plain.operations) {
    const to = operationIn(part, operation, name);
    to.count += all;
    to.errors += errors;
    const read = unpackSketch(values);
    if (read) to.values.merge(read);
  }
  for (const agent of plain.agents) part.agents.add(agent);
  for (const model of plain.models) part.models.add(model);
  part.overflowed = plain.overflowed;
  return part;
}
