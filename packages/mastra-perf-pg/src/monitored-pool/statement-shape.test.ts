import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapeMemory, statementShape } from './statement-shape.ts';

const cases: ReadonlyArray<readonly [text: string, shape: string]> = [
  ['SELECT * FROM t WHERE id = $1 AND n = 42', 'SELECT * FROM t WHERE id = ? AND n = ?'],
  [`SELECT 'it''s', E'a\\'b', $$c$$, $x$d $$ e$x$`, 'SELECT ?, …'],
  ['SELECT a -- secret\nFROM /* secret */ b', 'SELECT a FROM b'],
  ['SELECT "a 1", col2 FROM t3', 'SELECT "a 1", col2 FROM t3'],
  ['SELECT * FROM t WHERE id IN ($1, $2,$3)', 'SELECT * FROM t WHERE id IN (?, …)'],
  ['SELECT * FROM t WHERE id IN (1)', 'SELECT * FROM t WHERE id IN (?)'],
  ['INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4),\n ($5, $6)', 'INSERT INTO t (a, b) VALUES (?, …), …'],
  ['INSERT INTO t (a, b) VALUES ($1::text, $2::jsonb)', 'INSERT INTO t (a, b) VALUES (?, …)'],
  ['SELECT 1.5e10, 0xff, .5 FROM a.b5', 'SELECT ?, … FROM a.b5'],
  [`SELECT 'not closed`, 'SELECT ?'],
  [`SELECT $a$ not closed`, 'SELECT ?'],
];

describe('statementShape', () => {
  it.each(cases)('of %j is %j', (text, shape) => {
    expect(statementShape(text)).toBe(shape);
  });

  it('is the same for every number of rows', () => {
    const insert = (rows: number): string =>
      `INSERT INTO t (a, b) VALUES ${Array.from({ length: rows }, (_, n) => `($${2 * n + 1}, $${2 * n + 2})`).join(', ')} ON CONFLICT DO NOTHING`;
    expect(statementShape(insert(2))).toBe(statementShape(insert(50)));
  });

  it('has nothing of a literal in it, wherever the text is cut off', () => {
    const literal = fc.oneof(
      fc.string().map((text) => `'${`SECRET${text}`.replaceAll("'", "''")}'`),
      fc.string().map((text) => `E'${`SECRET${text}`.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`),
      fc.string().map((text) => `$tag$SECRET${text.replaceAll('$', '')}$tag$`),
    );
    fc.assert(
      fc.property(fc.array(literal, { minLength: 1, maxLength: 5 }), fc.nat(10_000), (literals, padding) => {
        const text = `SELECT ${' '.repeat(padding)} f(${literals.join(' || ')}) FROM t`;
        expect(statementShape(text)).not.toContain('SECRET');
      }),
      { numRuns: 500 },
    );
  });

  it('of a very long text takes no time to speak of', () => {
    const begun = performance.now();
    for (const text of [
      '('.repeat(1e6),
      `${"'".repeat(99_999)}`,
      '$'.repeat(1e6),
      '?,'.repeat(1e5),
      '/*'.repeat(1e5),
    ])
      statementShape(text);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('shapeMemory', () => {
  it('gives the same, also for texts that it has forgotten', () => {
    const shapeOf = shapeMemory(2);
    for (const n of [1, 2, 3, 1, 2, 3])
      expect(shapeOf(`SELECT a${'b'.repeat(n)} = ${n}`)).toBe(`SELECT a${'b'.repeat(n)} = ?`);
  });
});
