import { createHmac } from 'node:crypto';
import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import type { BudgetAlert } from './budget-options.ts';

/** Sends alerts to an address, beside the calls. */
export interface BudgetWebhook {
  send(alert: BudgetAlert): void;
  /** Resolves when what was sent so far has arrived or is given up: within seconds, or up to two minutes while it fails. */
  flush(): Promise<void>;
}

export interface WebhookDeps {
  readonly url: string;
  readonly secret: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** @default the global one */
  readonly fetch?: typeof globalThis.fetch;
  readonly fault: (where: string, error: unknown) => void;
}

const ATTEMPTS = 5;
const TIMEOUT_MS = 10_000;
/** Alerts under way; more are given up, and told. */
const MAX_UNDER_WAY = 100;
const PASSING = new Set([408, 425, 429]);

export function budgetWebhook({ url, secret, clock, random, fetch, fault }: WebhookDeps): BudgetWebhook {
  const underWay = new Set<Promise<void>>();

  /** `true` when it has arrived, or is not wanted however often it comes. */
  const post = async (body: string, id: string): Promise<void> => {
    const timestamp = String(Math.floor(clock.now() / 1000));
    const abort = new AbortController();
    const headers = {
      'content-type': 'application/json',
      'x-mastra-perf-id': encodeURIComponent(id),
      'x-mastra-perf-timestamp': timestamp,
      'x-mastra-perf-signature': signatureOf(secret, timestamp, body),
    };
    const asked = { method: 'POST', body, headers, redirect: 'error', signal: abort.signal } as const;
    try {
      const response = await withDeadline(clock, TIMEOUT_MS, () => (fetch ?? globalThis.fetch)(url, asked));
      await response.body?.cancel(); // nobody reads it, and it would keep the connection
      if (!response.ok) throw new WebhookRefused(response.status);
    } finally {
      abort.abort();
    }
  };

  const deliver = async (alert: BudgetAlert): Promise<void> => {
    const body = JSON.stringify(alert);
    const backoff = createBackoff({ firstMs: 1_000, maxMs: 30_000, random });
    for (let attempt = 1; ; attempt++) {
      try {
        return await post(body, alert.id);
      } catch (error) {
        const isFinal = error instanceof WebhookRefused && error.status < 500 && !PASSING.has(error.status);
        if (isFinal || attempt === ATTEMPTS) return fault('usage.budgets.webhook', error);
      }
      await new Promise<void>((resolve) => clock.after(backoff.next(), resolve));
    }
  };

  return {
    send(alert) {
      if (underWay.size >= MAX_UNDER_WAY)
        return fault(
          'usage.budgets.webhook',
          new Error(`${MAX_UNDER_WAY} alerts wait already: one is dropped`),
        );
      const work = deliver(alert).finally(() => underWay.delete(work));
      underWay.add(work);
    },
    flush: async () => void (await Promise.all(underWay)),
  };
}

/** What stands in the header `x-mastra-perf-signature`. */
const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

class WebhookRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the webhook answered with status ${status}`);
    this.status = status;
  }
}
