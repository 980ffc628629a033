type Messages = readonly { readonly id: string }[];

const NONE = new Int32Array(0);

/** Slots of the messages that are asked for, by place; -1 where there is none. */
export interface AskedSlots {
  of(messages: Messages): Int32Array;
  /** A message has a slot that it did not have. */
  added(): void;
  /** A message has no slot any more, or another one. */
  removed(): void;
}

/**
 * Looking up ten thousand ids takes a third of a search, and a thread is asked for the same messages again and again, with some new
 * ones at their end. The last answer is kept, for the same array; what is in it must not change, but more may follow.
 */
export function askedSlots(slotOf: ReadonlyMap<string, number>): AskedSlots {
  let last: { readonly messages: Messages; readonly slots: Int32Array } | undefined;
  let isMissing = false;
  return {
    of(messages) {
      const isLonger = last?.messages === messages && last.slots.length <= messages.length;
      const known = isLonger ? (last?.slots ?? NONE) : NONE;
      if (isLonger && known.length === messages.length) return known;
      if (known.length === 0) isMissing = false;
      const slots = new Int32Array(messages.length);
      slots.set(known);
      for (let place = known.length; place < messages.length; place++) {
        const slot = slotOf.get(messages[place]?.id ?? '') ?? -1;
        slots[place] = slot;
        isMissing ||= slot < 0;
      }
      last = { messages, slots };
      return slots;
    },
    added() {
      if (isMissing) last = undefined;
    },
    removed() {
      last = undefined;
    },
  };
}
