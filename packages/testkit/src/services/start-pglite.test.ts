import { Client } from 'pg';
import { expect, test } from 'vitest';
import { startPglite } from './start-pglite.ts';

test('a vector distance, through pg', async () => {
  await using server = await startPglite();
  const client = new Client({ connectionString: server.connectionString });
  await client.connect();
  const { rows } = await client.query<{ distance: number }>(
    "select '[1,0]'::vector <=> '[0,1]'::vector as distance",
  );
  await client.end();
  expect(rows).toEqual([{ distance: 1 }]);
});
