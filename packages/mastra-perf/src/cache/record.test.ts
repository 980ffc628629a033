import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../pipeline/test-calls.ts';
import { writeParts } from '../pipeline/answer-text.ts';
import { readRecord, writeRecord } from './record.ts';

const text = writeParts(answerOf('Hello\nthere').map((part) => ({ part })));

describe('a record', () => {
  it('is read as it was written, with the names that the store gives', () => {
    fc.assert(
      fc.property(
        fc.record({
          storedAt: fc.nat(),
          freshMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
          tookMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
        }),
        fc.array(fc.string()),
        (times, names) => {
          const { answer, parts } = readRecord(writeRecord({ ...times, text, names: ['others'] }), names);
          expect(answer).toEqual({ ...times, text, names });
          expect(parts.map(({ part }) => part)).toEqual(answerOf('Hello\nthere'));
        },
      ),
    );
  });

  it('holds nothing but times beside the answer', () => {
    const record = writeRecord({ text, names: ['tag:secret'], storedAt: 1, freshMs: 2, tookMs: 3 });
    expect(record).toBe(`{"storedAt":1,"freshMs":2,"tookMs":3}\n${text}`);
  });

  it.each(['', '\n', text, `{}\n${text}`, `null\n${text}`, `{"storedAt":1,"freshMs":2}\n${text}`])(
    'is told from what is none: %j',
    (record) => expect(() => readRecord(record, [])).toThrow(Error),
  );
});
