/*
 * Random directions, in clusters as those of questions are. Imported only by tests.
 */

export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** About normally distributed, with a deviation of 1. */
const around = (random: () => number): number =>
  (random() + random() + random() + random() - 2) * Math.sqrt(3);

export function clusteredVectors(count: number, dimensions: number, random: () => number): Float32Array[] {
  const centers = Array.from({ length: Math.ceil(count / 50) }, () =>
    Float32Array.from({ length: dimensions }, () => around(random)),
  );
  return Array.from({ length: count }, () => {
    const center = centers[Math.floor(random() * centers.length)] as Float32Array;
    return unit(center.map((value) => value * 0.7 + around(random) * 0.8));
  });
}

export const turned = (vector: Float32Array, by: number, random: () => number): Float32Array =>
  unit(vector.map((value) => value + (around(random) * by) / Math.sqrt(vector.length)));
