import type { RateClaim, Rates } from '../stores/rates.ts';

/* Rates over maps, right unless they are asked for a mistake that an author could make. Imported only by tests. */

export const RATE_FLAWS = [
  'a rate is granted to whoever asks',
  'rates are those of each process',
  'rates are looked at and taken in two steps',
  'a refusal takes',
  'a refusal takes of the claims that fit',
  'a refusal is not told how long',
  'a refusal is told how long beyond what it would wait',
  'nobody is granted a later time',
  'all who wait are granted the same time',
  'only the first claim counts',
  'a call begins with the first of its claims',
  'other claims are taken from now on, not from when the call begins',
  'each call costs the same',
  'costs are whole seconds',
  'the burst is as much as is asked for',
  'the burst is one less',
  'more than the burst is never granted',
  'more than the burst costs no more than the burst',
  'what was not taken is saved up',
  'nothing comes back',
  'it comes back twice as fast',
  'corrections do nothing',
  'corrections only add',
  'corrections only give back',
  'corrections look at the first claim only',
  'corrections lose the others',
  'corrections of what nobody took are dropped',
  'what is given back is saved up',
  'what is taken and given back is saved up',
  'pauses do nothing',
  'pauses look at the first name only',
  'pauses are those of each process',
  'the last pause counts',
  'the first pause counts',
  'pauses are for ever',
  'pauses take',
  'pauses do not hold up what costs nothing',
  'nothing costs one',
  'rate names do not tell capitals apart',
  'rate names are trimmed',
] as const;

export type RateFlaw = (typeof RATE_FLAWS)[number];

const MINUTE_MS = 60_000;

/** Makes views of one place. */
export function flawedRates(flaw: string | undefined, now: () => number): () => Rates {
  const has = (some: RateFlaw): boolean => some === flaw;
  const shared = { owed: new Map<string, number>(), paused: new Map<string, number>() };
  const keyOf = (name: string): string => {
    if (has('rate names are trimmed')) return name.trim();
    return has('rate names do not tell capitals apart') ? name.toLowerCase() : name;
  };
  const costOf = ({ amount, perMinute, burst }: RateClaim): number => {
    const cost = has('each call costs the same') ? 1 : amount;
    const capped = has('more than the burst costs no more than the burst') ? Math.min(cost, burst) : cost;
    const ms = ((capped || (has('nothing costs one') ? 1 : 0)) * MINUTE_MS) / perMinute;
    const quick = has('it comes back twice as fast') ? ms / 2 : ms;
    return has('costs are whole seconds') ? Math.trunc(quick / 1000) * 1000 : quick;
  };
  const burstOf = ({ amount, perMinute, burst }: RateClaim): number => {
    if (has('the burst is as much as is asked for')) return (amount * MINUTE_MS) / perMinute;
    return ((has('the burst is one less') ? burst - 1 : burst) * MINUTE_MS) / perMinute;
  };

  return () => {
    const own = { owed: new Map<string, number>(), paused: new Map<string, number>() };
    const owed = has('rates are those of each process') ? own.owed : shared.owed;
    const paused = has('pauses are those of each process') ? own.paused : shared.paused;
    const keepsPast =
      has('what was not taken is saved up') || has('what is taken and given back is saved up');
    const born = now();
    const owedOf = (name: string): number =>
      owed.get(keyOf(name)) ?? (has('what was not taken is saved up') ? born : now());

    const add = (claim: RateClaim, from: number): void => {
      const base = keepsPast ? owedOf(claim.name) : Math.max(owedOf(claim.name), from);
      owed.set(keyOf(claim.name), base + costOf(claim));
    };
    return {
      async take(claims, maxWaitMs) {
        const at = has('nothing comes back') ? born : now();
        const considered = has('only the first claim counts') ? claims.slice(0, 1) : claims;
        const begins = considered.map((claim) => {
          const spared = Math.max(0, burstOf(claim) - costOf(claim));
          const until = has('pauses do not hold up what costs nothing') && claim.amount === 0;
          return Math.max(at, until ? 0 : (paused.get(keyOf(claim.name)) ?? 0), owedOf(claim.name) - spared);
        });
        const latest = has('a call begins with the first of its claims') ? Math.min : Math.max;
        const begin = begins.length > 0 ? latest(...begins) : at;
        const tooMuch =
          has('more than the burst is never granted') && claims.some(({ amount, burst }) => amount > burst);
        const longest = has('nobody is granted a later time') ? 0 : maxWaitMs;
        const granted = has('a rate is granted to whoever asks') || (begin - at <= longest && !tooMuch);
        if (has('rates are looked at and taken in two steps')) await undefined;
        const fits = (index: number): boolean => (begins[index] ?? 0) - at <= longest;
        const taken = claims.filter((_, index) => {
          if (granted || has('a refusal takes')) return true;
          return has('a refusal takes of the claims that fit') && fits(index);
        });
        const from = has('other claims are taken from now on, not from when the call begins') ? at : begin;
        for (const claim of considered.length < claims.length ? considered : taken) {
          if (!granted || !has('all who wait are granted the same time') || begin === at) add(claim, from);
        }
        if (granted) return { granted, waitMs: Math.max(0, begin - at) };
        if (has('a refusal is not told how long')) return { granted, waitMs: 0 };
        const beyond = has('a refusal is told how long beyond what it would wait') ? maxWaitMs : 0;
        return { granted, waitMs: begin - at - beyond };
      },
      async correct(claims) {
        if (has('corrections do nothing')) return;
        const before = claims.map(({ name }) => owedOf(name));
        if (has('corrections lose the others')) await undefined;
        for (const [index, claim] of claims.entries()) {
          if (index > 0 && has('corrections look at the first claim only')) continue;
          if (claim.amount < 0 && has('corrections only add')) continue;
          if (claim.amount > 0 && has('corrections only give back')) continue;
          if (has('corrections of what nobody took are dropped') && !owed.has(keyOf(claim.name))) continue;
          if (has('corrections lose the others')) owed.set(keyOf(claim.name), before[index] ?? 0);
          if (has('what is given back is saved up')) {
            owed.set(keyOf(claim.name), owedOf(claim.name) + costOf(claim));
          } else add(claim, now());
        }
      },
      async pause(names, ms) {
        if (has('pauses do nothing')) return;
        for (const [index, name] of names.entries()) {
          const was = paused.get(keyOf(name));
          if (index > 0 && has('pauses look at the first name only')) continue;
          if (was !== undefined && has('the first pause counts')) continue;
          const until = now() + (has('pauses are for ever') ? 1e9 : ms);
          paused.set(keyOf(name), has('the last pause counts') ? until : Math.max(was ?? 0, until));
          if (has('pauses take')) owed.set(keyOf(name), Math.max(owedOf(name), now()) + ms);
        }
      },
    };
  };
}
