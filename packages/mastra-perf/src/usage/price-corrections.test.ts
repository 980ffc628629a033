import { expect, it } from 'vitest';
import { priceCorrections } from './price-corrections.ts';
import { loadPriceTable } from './price-table.ts';

it.each(Object.keys(priceCorrections))('%s still needs its correction', async (key) => {
  const [provider = '', ...model] = key.split('/');
  const at = new Date('2026-11-23T12:00:00Z');
  const [corrected, plain] = await Promise.all([loadPriceTable(), loadPriceTable({})]);
  const rates = corrected.find(provider, model.join('/'))?.(at);
  expect(rates).toBeDefined();
  expect(plain.find(provider, model.join('/'))?.(at)).not.toMatchObject({ ...rates });
});

it('corrections also hold for names that carry the provider, in any case', async () => {
  const table = await loadPriceTable();
  const at = new Date();
  for (const [provider, model] of [
    ['mistral.chat', 'Mistral-Large-Latest'],
    ['gateway', 'mistral/mistral-large-latest'],
  ] as const)
    expect(table.find(provider, model)?.(at)).toMatchObject({ input_mtok: 0.5, output_mtok: 1.5 });
});
