import fc from 'fast-check';
import { expect, it } from 'vitest';
import { askedSlots } from './asked-slots.ts';

it('are those of the map, whatever was asked, added and removed before', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'remove', 'ask', 'grow', 'renew'),
    id: fc.nat(12).map(String),
    slot: fc.nat(50),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const slotOf = new Map<string, number>();
      const slots = askedSlots(slotOf);
      let messages: { readonly id: string }[] = [];
      for (const { what, id, slot } of steps) {
        if (what === 'add') {
          if (slotOf.delete(id)) slots.removed();
          slotOf.set(id, slot);
          slots.added();
        } else if (what === 'remove' && slotOf.delete(id)) slots.removed();
        else if (what === 'grow') messages.push({ id });
        else if (what === 'renew') messages = messages.slice(1);
        expect([...slots.of(messages)]).toEqual(messages.map((one) => slotOf.get(one.id) ?? -1));
      }
    }),
    { numRuns: 500 },
  );
});

it('are looked up once for the same messages', () => {
  const slotOf = new Map([['a', 1]]);
  let reads = 0;
  const get = slotOf.get.bind(slotOf);
  slotOf.get = (id) => (reads++, get(id));
  const slots = askedSlots(slotOf);
  const messages = [{ id: 'a' }, { id: 'a' }];
  slots.of(messages);
  messages.push({ id: 'a' });
  slots.added();
  slots.of(messages);
  slots.of(messages);
  expect(reads).toBe(3);
});
