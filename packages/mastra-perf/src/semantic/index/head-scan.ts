import { headScanModule, ROWS_AT } from './head-scan-module.ts';
import { BLOCK_ROWS } from './rows.ts';
import { differing, HEAD_WORDS } from './signatures.ts';

/** Looks at the heads of all signatures of a block: this is where the time of a search goes. */
export interface HeadScan {
  /** Tells `found` of each of the first `count` heads in which at most `limit` bits are other than in `asked`. */
  scan(
    asked: Int32Array,
    heads: Int32Array,
    count: number,
    limit: number,
    found: (place: number, distance: number) => void,
  ): void;
}

/** With the vector instructions of the processor, where WebAssembly may be used. */
export const headScan = (): HeadScan => vectorScan() ?? plainScan();

/**
 * A block is copied into the memory of the module and looked at there: a tenth of the time of a loop in JavaScript, which has no
 * instruction that counts bits. `undefined` where there is no WebAssembly, or none with vectors.
 */
export function vectorScan(): HeadScan | undefined {
  const exported = instance();
  if (!exported) return undefined;
  const { memory, scan } = exported;
  const words = new Int32Array(memory.buffer);
  const rowsAt = ROWS_AT / 4;
  const foundAt = rowsAt + BLOCK_ROWS * HEAD_WORDS;
  return {
    scan(asked, heads, count, limit, found) {
      if (count === 0) return;
      for (let word = 0; word < HEAD_WORDS; word++) words[word] = asked[word] as number;
      words.set(heads.length === count * HEAD_WORDS ? heads : heads.subarray(0, count * HEAD_WORDS), rowsAt);
      const end = scan(count, limit) / 4;
      for (let at = foundAt; at < end; at++) {
        const one = words[at] as number;
        found(((one & 0xffff) - ROWS_AT) / (HEAD_WORDS * 4), one >>> 16);
      }
    },
  };
}

/** Of WebAssembly what is used here: the types of Node know nothing of it. */
interface Assembly {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

interface Exported {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly scan: (count: number, limit: number) => number;
}

function instance(): Exported | undefined {
  const { WebAssembly: assembly } = globalThis as { readonly WebAssembly?: Assembly };
  if (!assembly) return undefined; // `node --jitless`
  try {
    return new assembly.Instance(new assembly.Module(headScanModule())).exports as Exported;
  } catch {
    return undefined; // forbidden by the host, no memory for it, an old processor: the plain loop finds the same, later
  }
}

/** The same without it. */
export const plainScan = (): HeadScan => ({
  scan(asked, heads, count, limit, found) {
    for (let place = 0; place < count; place++) {
      const distance = differing(asked, 0, HEAD_WORDS, heads, place * HEAD_WORDS);
      if (distance <= limit) found(place, distance);
    }
  },
});
