import type { RateAnswer, RateClaim, Rates } from '../stores/rates.ts';
import type { Rule } from './model-rules.ts';
import { MINUTE_MS } from './options.ts';

/** Of which rates a turn was taken. */
export interface Taken {
  readonly tokens: number;
  readonly claims: readonly RateClaim[];
  readonly from: Rates;
  /** On the steady clock. */
  readonly at: number;
}

/** The rates of one set of rules: those that processes share, or those of this process while they are away. */
export interface RatesWithin {
  take(tokens: number, maxWaitMs: number, isCalm: boolean): Promise<RateAnswer & { readonly taken: Taken }>;
  giveBack(taken: Taken): void;
  /** Sets right what was taken, once. */
  settlementOf(taken: Taken): (used: number) => void;
  pause(ms: number): void;
  /** In which time so many requests come back at least. */
  requestsMs(count: number): number;
}

interface RatesWithinDeps {
  readonly clock: { monotonic(): number };
  readonly shared: Rates | undefined;
  readonly own: Rates;
}

/** `name` is where models are paused that no rule is for: in this process alone. */
export function createRatesWithin(
  rules: readonly Rule[],
  name: string,
  { clock, own, ...deps }: RatesWithinDeps,
): RatesWithin {
  const shared = rules.length > 0 ? deps.shared : undefined;
  const parts = rules.flatMap((rule) => [
    ...(rule.requests
      ? [{ ...rule, name: nameOf(rule, 'requests'), pace: rule.requests, isTokens: false }]
      : []),
    ...(rule.tokens ? [{ ...rule, name: nameOf(rule, 'tokens'), pace: rule.tokens, isTokens: true }] : []),
  ]);
  const longestWindow = Math.max(0, ...rules.map(({ windowMs }) => windowMs));
  // What a provider says of a model need not be so for all of its models.
  const paused = rules[0]
    ? parts.filter(({ key }) => key === rules[0]?.key).map((part) => part.name)
    : [name];

  const claimsOf = (tokens: number, isCalm: boolean): RateClaim[] => {
    if (parts.length === 0) return [{ name, amount: 0, perMinute: 1, burst: 1 }];
    return parts.map((part) => ({
      name: part.name,
      amount: part.isTokens ? tokens : 1,
      perMinute: part.pace.perMinute,
      burst: isCalm ? 1 : part.pace.burst,
    }));
  };
  /** What is counted for all is also counted here: where the store goes away, nobody begins anew. */
  const correct = (from: Rates, claims: readonly RateClaim[]): void => {
    for (const rates of new Set([from, own])) rates.correct(claims).catch(() => undefined); // the store tells why, and time gives it back
  };
  const tokenClaims = ({ claims }: Taken, tokens: number): RateClaim[] =>
    claims.filter((_, index) => parts[index]?.isTokens).map((claim) => ({ ...claim, amount: tokens }));

  return {
    async take(tokens, maxWaitMs, isCalm) {
      const claims = claimsOf(tokens, isCalm);
      try {
        if (shared) {
          const answer = await shared.take(claims, maxWaitMs);
          if (answer.granted) void own.correct(claims);
          return { ...answer, taken: { tokens, claims, from: shared, at: clock.monotonic() } };
        }
      } catch {
        // It is away, and has told so: each process by itself is better than to wait, or to have no limit.
      }
      return {
        ...(await own.take(claims, maxWaitMs)),
        taken: { tokens, claims, from: own, at: clock.monotonic() },
      };
    },
    giveBack: ({ claims, from }) =>
      correct(
        from,
        claims.map((claim) => ({ ...claim, amount: -claim.amount })),
      ),
    settlementOf(taken) {
      let isSettled = false;
      return (used) => {
        const more = used - taken.tokens;
        if (isSettled || Math.abs(more) < 1) return;
        isSettled = true;
        // What was taken before the window came back by itself: given back once more, it would be there twice.
        if (more < 0 && clock.monotonic() - taken.at > longestWindow) return;
        const claims = tokenClaims(taken, more);
        if (claims.length > 0) correct(taken.from, claims);
      };
    },
    pause(ms) {
      for (const rates of new Set([shared ?? own, own])) rates.pause(paused, ms).catch(() => undefined); // the store tells why
    },
    requestsMs(count) {
      const times = parts
        .filter(({ isTokens }) => !isTokens)
        .map(({ pace }) => ((count - pace.burst) * MINUTE_MS) / pace.perMinute);
      return Math.max(0, ...times);
    },
  };
}

/** The same in all processes. */
const nameOf = ({ key }: Rule, what: string): string => `${key.toLowerCase()} ${what}`;
