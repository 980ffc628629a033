import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalibration } from './calibration.ts';

const learned = (ratios: readonly number[]): number => {
  const calibration = createCalibration();
  for (const ratio of ratios) calibration.learn('x/y', 1000, 1000 * ratio);
  return calibration.factorOf('x/y');
};

describe('calibration', () => {
  it('changes nothing before anything was reported, and for other models', () => {
    const calibration = createCalibration();
    expect(calibration.factorOf('x/y')).toBe(1);
    calibration.learn('x/y', 1000, 1300);
    expect(calibration.factorOf('x/z')).toBe(1);
    expect(calibration.factorOf('x/y')).toBeGreaterThan(1);
  });

  it('is within 5 % of the truth after a few calls', () => {
    for (const ratio of [0.8, 1, 1.3])
      expect(Math.abs(learned(Array(8).fill(ratio)) / ratio - 1)).toBeLessThan(0.05);
  });

  it('moves little for one report that is unlike the others', () => {
    const before = learned(Array(20).fill(1.2));
    for (const odd of [0.34, 2.9]) {
      const after = learned([...Array(20).fill(1.2), odd]);
      expect(Math.abs(after / before - 1)).toBeLessThan(0.03);
    }
  });

  it('does not take for the tokenizer what cannot be', () => {
    expect(learned([0.001, 0.2, 5, Number.NaN, Infinity, -1, 0])).toBe(1);
    const calibration = createCalibration();
    calibration.learn('x/y', 10, 19);
    calibration.learn('x/y', Number.NaN, 100);
    calibration.learn('x/y', 0, 0);
    expect(calibration.factorOf('x/y')).toBe(1);
  });

  it('stays between a half and two whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10 }), { maxLength: 200 }), (ratios) => {
        const factor = learned(ratios);
        expect(factor).toBeGreaterThanOrEqual(0.5);
        expect(factor).toBeLessThanOrEqual(2);
      }),
    );
    expect(learned(Array(500).fill(2.9))).toBe(2);
    expect(learned(Array(500).fill(0.34))).toBe(0.5);
  });

  it('forgets the models that were longest unused when there are too many', () => {
    const calibration = createCalibration();
    for (let model = 0; model < 2000; model++) calibration.learn(`x/${model}`, 1000, 1500);
    const known = Array.from({ length: 2000 }, (_, model) => calibration.factorOf(`x/${model}`));
    expect(known.filter((factor) => factor !== 1)).toHaveLength(500);
    expect(known.at(-1)).not.toBe(1);
  });
});
