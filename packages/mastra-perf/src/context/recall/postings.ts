/** Usual constants of BM25: how soon repetition stops to count, and how much a long message is held back. */
const K1 = 1.2;
const B = 0.75;

interface Posting {
  readonly term: string;
  readonly slots: number[];
  readonly counts: number[];
}

/** Which slots hold which terms. */
export interface Postings {
  /** One for each slot and term in it: what memory grows by. */
  readonly size: number;
  add(slot: number, terms: readonly string[]): void;
  remove(slot: number): void;
  /**
   * How much of the weight of the question each slot holds, by slot: the BM25 score over the summed weight of the question's terms.
   * It is comparable between questions and threads: about 1 when a message of usual length has every term once.
   */
  coverage(question: readonly string[], slots: number): Float64Array;
  /** 1 for each slot that holds one of these terms or more, by slot. */
  holders(terms: Iterable<string>, slots: number): Uint8Array;
}

export function createPostings(): Postings {
  const byTerm = new Map<string, Posting>();
  const bySlot = new Map<number, readonly Posting[]>();
  /** In terms, by slot. */
  const lengths: number[] = [];
  let size = 0;
  let totalLength = 0;

  function postingOf(term: string): Posting {
    const known = byTerm.get(term);
    if (known) return known;
    const posting = { term, slots: [], counts: [] };
    byTerm.set(term, posting);
    return posting;
  }

  const rarity = (posting: Posting): number =>
    Math.log(1 + (bySlot.size - posting.slots.length + 0.5) / (posting.slots.length + 0.5));

  return {
    get size() {
      return size;
    },

    add(slot, terms) {
      const postings: Posting[] = [];
      for (const [term, count] of counted(terms)) {
        const posting = postingOf(term);
        posting.slots.push(slot);
        posting.counts.push(count);
        postings.push(posting);
      }
      bySlot.set(slot, postings);
      lengths[slot] = terms.length;
      size += postings.length;
      totalLength += terms.length;
    },

    remove(slot) {
      const postings = bySlot.get(slot);
      if (!postings) return;
      for (const posting of postings) {
        // Their order does not matter: each slot has its own sum.
        const place = posting.slots.indexOf(slot);
        fillFromEnd(posting.slots, place);
        fillFromEnd(posting.counts, place);
        if (posting.slots.length === 0) byTerm.delete(posting.term);
      }
      bySlot.delete(slot);
      size -= postings.length;
      totalLength -= lengths[slot] ?? 0;
    },

    coverage(question, slots) {
      const scores = new Float64Array(slots);
      const perTerm = (K1 * B * bySlot.size) / totalLength;
      let weights = 0;
      for (const [term, times] of counted(question)) {
        const posting = byTerm.get(term);
        if (!posting) continue;
        const weight = rarity(posting) * times;
        weights += weight;
        for (let index = 0; index < posting.slots.length; index++) {
          const slot = posting.slots[index] ?? 0;
          const count = posting.counts[index] ?? 0;
          const damping = K1 * (1 - B) + perTerm * (lengths[slot] ?? 0);
          scores[slot] = (scores[slot] ?? 0) + (weight * count * (K1 + 1)) / (count + damping);
        }
      }
      if (weights > 0) for (let slot = 0; slot < slots; slot++) scores[slot] = (scores[slot] ?? 0) / weights;
      return scores;
    },

    holders(terms, slots) {
      const holding = new Uint8Array(slots);
      for (const term of terms) for (const slot of byTerm.get(term)?.slots ?? []) holding[slot] = 1;
      return holding;
    },
  };
}

function counted(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function fillFromEnd(values: number[], place: number): void {
  const last = values.pop();
  if (last !== undefined && place < values.length) values[place] = last;
}
