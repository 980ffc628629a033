import { BLOCK_ROWS } from './rows.ts';
import { HEAD_WORDS } from './signatures.ts';

/*
 * A WebAssembly module, put together here instruction by instruction (WebAssembly core specification 2.0, sections 5.4 and 5.5), so that
 * there is no compiler to install and no binary to trust. In words, for a head of two vectors:
 *
 *   for each head: distance = ones(head xor asked); found[end] = distance, address; if (distance <= limit) end++
 *
 *   scan(count, limit) -> end
 *
 * Its memory is one page: the head that is asked for, then the heads to look at, then what was found. Of each that was found one
 * word: the upper half is its distance, the lower one its address. `end` is where they end.
 */

/** Where the heads begin. */
export const ROWS_AT = HEAD_WORDS * 4;
const ROW_BYTES = HEAD_WORDS * 4;
const FOUND_AT = ROWS_AT + BLOCK_ROWS * ROW_BYTES;

const I32 = 0x7f;
const V128 = 0x7b;
// Parameters and variables.
const [COUNT, LIMIT, ASKED_LOW, ASKED_HIGH, ONES, ROW, FOUND, DISTANCE] = [0, 1, 2, 3, 4, 5, 6, 7];

const get = (variable: number) => [0x20, variable];
const set = (variable: number) => [0x21, variable];
const i32 = (value: number) => [0x41, ...signed(value)];
const ADD = 0x6a; // i32.add
const SHIFT = 0x74; // i32.shl
const OR = 0x72; // i32.or
const NOT_ABOVE = 0x4c; // i32.le_s
const BELOW = 0x48; // i32.lt_s
/** Sixteen bytes from an address on. */
const load = (offset: number) => [0xfd, 0x00, 0, offset]; // v128.load
const XOR = [0xfd, 0x51]; // v128.xor
const ONES_OF_BYTES = [0xfd, 0x62]; // i8x16.popcnt
const ADD_BYTES = [0xfd, 0x6e]; // i8x16.add: 16 at most, no byte overflows
const PAIRS_OF_BYTES = [0xfd, 0x7d]; // i16x8.extadd_pairwise_i8x16_u
const PAIRS_OF_HALVES = [0xfd, 0x7f]; // i32x4.extadd_pairwise_i16x8_u
const lane = (number: number) => [0xfd, 0x1b, number]; // i32x4.extract_lane

const differing = (asked: number, offset: number) => [
  ...[...get(ROW), ...load(offset), ...get(asked), ...XOR, ...ONES_OF_BYTES],
];

const scan = [
  ...[...i32(0), ...load(0), ...set(ASKED_LOW)],
  ...[...i32(0), ...load(16), ...set(ASKED_HIGH)],
  ...[...i32(ROWS_AT), ...set(ROW)],
  ...[...i32(FOUND_AT), ...set(FOUND)],
  // From how many there are to where they end.
  ...[...get(COUNT), ...i32(Math.log2(ROW_BYTES)), SHIFT, ...i32(ROWS_AT), ADD, ...set(COUNT)],
  ...[0x03, 0x40], // loop
  ...[...differing(ASKED_LOW, 0), ...differing(ASKED_HIGH, 16), ...ADD_BYTES],
  ...[...PAIRS_OF_BYTES, ...PAIRS_OF_HALVES, ...set(ONES)],
  ...[...get(ONES), ...lane(0), ...get(ONES), ...lane(1), ADD],
  ...[...get(ONES), ...lane(2), ADD, ...get(ONES), ...lane(3), ADD, ...set(DISTANCE)],
  // It is always written, and counts if it is near: there is nothing to guess for the processor.
  ...[...get(FOUND), ...get(DISTANCE), ...i32(16), SHIFT, ...get(ROW), OR, 0x36, 2, 0],
  ...[...get(FOUND), ...get(DISTANCE), ...get(LIMIT), NOT_ABOVE, ...i32(2), SHIFT, ADD, ...set(FOUND)],
  ...[...get(ROW), ...i32(ROW_BYTES), ADD, ...set(ROW)],
  ...[...get(ROW), ...get(COUNT), BELOW, 0x0d, 0], // again, while there are more
  0x0b,
  ...get(FOUND),
  0x0b,
];

export function headScanModule(): Uint8Array<ArrayBuffer> {
  const variables = [2, ...[3, V128], ...[3, I32]];
  const name = (text: string) => sized([...Buffer.from(text)]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, I32, I32, 1, I32]), // types
    ...section(3, [1, 0]), // functions
    ...section(5, [1, 0, 1]), // memories
    ...section(7, [2, ...name('memory'), 2, 0, ...name('scan'), 0, 0]), // exports
    ...section(10, [1, ...sized([...variables, ...scan])]), // code
  ]);
}

const section = (id: number, content: readonly number[]) => [id, ...sized(content)];
const sized = (content: readonly number[]) => [...unsigned(content.length), ...content];

/** LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >>> 7;
  return rest === 0 ? [low] : [low | 0x80, ...unsigned(rest)];
}

/** As above; the last byte tells the sign by its seventh bit. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  return rest === 0 && (low & 0x40) === 0 ? [low] : [low | 0x80, ...signed(rest)];
}
