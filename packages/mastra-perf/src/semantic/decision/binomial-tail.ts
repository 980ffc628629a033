/**
 * How likely it is that at most `wrong` of `count` are wrong, if each of them is with probability `rate`. Counts need not be whole:
 * evidence fades. It is the incomplete beta function I(1 - rate; count - wrong, wrong + 1), by its continued fraction.
 */
export function binomialTail(wrong: number, count: number, rate: number): number {
  if (wrong >= count || rate <= 0) return 1;
  if (rate >= 1) return 0;
  return incompleteBeta(1 - rate, count - wrong, wrong + 1);
}

/** More than it ever takes to reach the precision of a double at the counts that are kept. */
const MOST_TERMS = 500;
const TINY = 1e-300;

function incompleteBeta(x: number, a: number, b: number): number {
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  // The fraction converges fast on this side; on the other one it is that of the complement.
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** Lentz's method for the continued fraction of the incomplete beta function (DLMF 8.17.22). */
function fraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let product = d;
  for (let term = 1; term <= MOST_TERMS; term++) {
    const even = (term * (b - term) * x) / ((a + 2 * term - 1) * (a + 2 * term));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    product *= d * c;
    const odd = (-(a + term) * (a + b + term) * x) / ((a + 2 * term) * (a + 2 * term + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    product *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return product;
}

/** Of positive numbers: Stirling's series (DLMF 5.11.1), from 10 on, where it is exact to 1e-12. */
function logGamma(value: number): number {
  let shift = 0;
  let z = value;
  for (; z < 10; z++) shift += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7);
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}
