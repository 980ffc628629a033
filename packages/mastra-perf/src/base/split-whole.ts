/** Splits a whole number by weights into whole parts that add up to it. The parts of a number that is not whole do as well. */
export function splitWhole(whole: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let passed = 0;
  let given = 0;
  return weights.map((weight, at) => {
    passed += weight;
    const upTo = at === weights.length - 1 ? whole : Math.floor(whole * (sum > 0 ? passed / sum : 0));
    const part = upTo - given;
    given = upTo;
    return part;
  });
}
