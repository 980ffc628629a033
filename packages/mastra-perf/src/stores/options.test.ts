import { expect, it } from 'vitest';
import { memoryStore } from './memory-store.ts';
import { perfStoreSchema } from './options.ts';

it('takes a store with a ledger, and one without', () => {
  const { ledger: _ledger, ...bare } = memoryStore();
  for (const store of [memoryStore(), bare, { ...bare, ledger: undefined }])
    expect(perfStoreSchema().safeParse(store).success).toBe(true);
});

it.each(['record', 'report', 'reserve', 'extend', 'settle', 'release', 'budgets'])(
  'takes no store whose ledger has no %s()',
  (method) => {
    const store = memoryStore();
    const wrong = { ...store, ledger: { ...store.ledger, [method]: undefined } };
    expect(perfStoreSchema().safeParse(wrong).success).toBe(false);
  },
);

it.each([null, 1, 'ledger', true])('takes no store whose ledger is %j', (ledger) => {
  expect(perfStoreSchema().safeParse({ ...memoryStore(), ledger }).success).toBe(false);
});

it.each(['take', 'correct', 'pause'])('takes no store whose rates have no %s()', (method) => {
  const store = memoryStore();
  const wrong = { ...store, rates: { ...store.rates, [method]: undefined } };
  expect(perfStoreSchema().safeParse(wrong).success).toBe(false);
  expect(perfStoreSchema().safeParse({ ...store, rates: undefined }).success).toBe(true);
});
