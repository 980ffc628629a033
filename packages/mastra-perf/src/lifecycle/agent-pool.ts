import { systemClock, type Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { parseOptions } from '../base/parse-options.ts';
import { PerfConfigError, PerfError } from '../errors.ts';
import { disposeOf } from './dispose.ts';
import { createLeaseWatch, type LeaseWatch } from './lease-watch.ts';
import { POOL_DEFAULTS, poolSchema, type AcquireOptions, type AgentPoolOptions } from './pool-options.ts';
import { createWaitingLine, type WaitingLine } from './waiting-line.ts';

/** One agent for one caller, until it is released. */
export interface AgentLease<A> extends Disposable {
  readonly agent: A;
  /** @throws PerfError `MASTRA_PERF_LEASE` the second time. */
  release(): void;
}

export interface PoolHealth {
  readonly size: number;
  readonly idle: number;
  readonly inUse: number;
  readonly waiting: number;
  /** Being made. */
  readonly making: number;
  readonly made: number;
  /** Given up for their age, their uses or because they were found bad. */
  readonly recycled: number;
  /** Could not be made. */
  readonly failed: number;
  readonly leaked: number;
}

interface Member<A> {
  readonly agent: A;
  readonly madeAt: number;
  uses: number;
}

/**
 * So many agents, or whatever `create` makes, and no more: callers wait in the order in which they came.
 *
 * @example
 * const pool = new AgentPool({ create: () => mastra.getAgent('support'), max: 4 });
 * const answer = await pool.withAgent((agent) => agent.generate('Hello'));
 */
export class AgentPool<A> {
  readonly #options;
  readonly #clock: Clock;
  readonly #idle: Member<A>[] = [];
  readonly #line: WaitingLine<Member<A>>;
  readonly #leases = new Map<object, Member<A>>();
  readonly #given = new WeakSet<object>();
  readonly #watch: LeaseWatch;
  #size = 0;
  #making = 0;
  #made = 0;
  #recycled = 0;
  #failed = 0;
  #leaked = 0;
  #draining: PromiseWithResolvers<void> | undefined;

  /** @throws PerfConfigError */
  constructor(options: AgentPoolOptions<A>, clock: Clock = systemClock) {
    const parsed = parseOptions(poolSchema, options, 'AgentPool');
    this.#options = { ...POOL_DEFAULTS, dispose: disposeOf, ...(parsed as ResolvedOptions<A>) };
    if (this.#options.min > this.#options.max)
      throw new PerfConfigError('AgentPool.min', this.#options.min, `at most max (${this.#options.max})`);
    this.#clock = clock;
    this.#line = createWaitingLine(clock);
    this.#watch = createLeaseWatch(clock, (leak, token) => {
      const member = this.#leases.get(token);
      if (!member) return;
      this.#leaked++;
      this.#leases.delete(token);
      this.#giveUp(member);
      (this.#options.onLeak ?? warnOfLeak)(leak);
      this.#pump();
    });
  }

  /**
   * One agent, as soon as it is this caller's turn.
   *
   * @throws PerfError `MASTRA_PERF_POOL` when too many wait or the time is up; the reason of the signal; what `create` threw.
   */
  async acquire({ signal, timeoutMs = this.#options.timeout }: AcquireOptions = {}): Promise<AgentLease<A>> {
    if (!(timeoutMs > 0)) throw new PerfConfigError('acquire.timeoutMs', timeoutMs, 'a positive number');
    if (this.#draining) throw closed();
    signal?.throwIfAborted();
    const isFree = this.#line.length === 0 && (this.#idle.length > 0 || this.#size < this.#options.max);
    if (!isFree && this.#line.length >= this.#options.maxQueue)
      throw new PerfError(
        'MASTRA_PERF_POOL',
        `${this.#line.length} callers wait already: raise maxQueue, or come later`,
      );
    const late = (): PerfError =>
      new PerfError(
        'MASTRA_PERF_POOL',
        `no agent was free within ${timeoutMs} ms: raise max (${this.#options.max}) or timeout`,
      );
    const turn = this.#line.join({ signal, timeoutMs, late });
    this.#pump();
    return this.#leaseOf(await turn);
  }

  /** Releases a lease of this pool. @throws PerfError `MASTRA_PERF_LEASE` for another one, or the second time. */
  release(lease: AgentLease<A>): void {
    if (!this.#given.has(lease))
      throw new PerfError(
        'MASTRA_PERF_LEASE',
        'this is no lease of this pool: release it where it was acquired',
      );
    lease.release();
  }

  /** Runs with an agent of its own, and gives it back whatever happens. */
  async withAgent<R>(run: (agent: A) => R | PromiseLike<R>, options?: AcquireOptions): Promise<R> {
    using lease = await this.acquire(options);
    return await run(lease.agent);
  }

  /** Makes agents until there are `min`. Rejects when one cannot be made. @throws PerfError `MASTRA_PERF_CLOSED` */
  async warm(): Promise<void> {
    if (this.#draining) throw closed();
    const missing = Math.max(0, this.#options.min - this.#size);
    await Promise.all(
      Array.from({ length: missing }, async () => {
        const member = await this.#make();
        if (this.#draining) return this.#giveUp(member);
        this.#idle.push(member);
        this.#pump();
      }),
    );
  }

  health(): PoolHealth {
    return {
      size: this.#size - this.#making,
      idle: this.#idle.length,
      inUse: this.#leases.size,
      waiting: this.#line.length,
      making: this.#making,
      made: this.#made,
      recycled: this.#recycled,
      failed: this.#failed,
      leaked: this.#leaked,
    };
  }

  /** Sends away who waits, waits for who has one, and gives up all; resolves at the latest after `timeoutMs`. */
  async drain(timeoutMs = 30_000): Promise<void> {
    if (!this.#draining) {
      this.#draining = Promise.withResolvers<void>();
      this.#line.clear(closed());
      for (const member of this.#idle.splice(0)) this.#giveUp(member);
      this.#checkDrained();
    }
    const { promise } = this.#draining;
    await withDeadline(this.#clock, timeoutMs, () => promise).catch(() => undefined); // who still has one keeps it
  }

  #leaseOf(member: Member<A>): AgentLease<A> {
    const token = {};
    member.uses++;
    this.#leases.set(token, member);
    const release = (): void => {
      if (!this.#leases.delete(token))
        throw new PerfError(
          'MASTRA_PERF_LEASE',
          'this lease was released before: an agent is given back once',
        );
      this.#watch.forget(lease);
      this.#back(member);
    };
    const lease: AgentLease<A> = {
      agent: member.agent,
      release,
      [Symbol.dispose]: () => void (this.#leases.has(token) && release()),
    };
    this.#given.add(lease);
    this.#watch.add(lease, token);
    return lease;
  }

  #back(member: Member<A>): void {
    if (this.#draining || this.#isWorn(member)) {
      if (!this.#draining) this.#recycled++;
      this.#giveUp(member);
    } else this.#idle.push(member);
    this.#pump();
  }

  #isWorn({ uses, madeAt }: Member<A>): boolean {
    const { maxUses = Number.POSITIVE_INFINITY, maxAge = Number.POSITIVE_INFINITY } = this.#options;
    return uses >= maxUses || this.#clock.monotonic() - madeAt >= maxAge;
  }

  /** Whoever waits gets what is there, in order; more are made while there may be more. */
  #pump(): void {
    while (this.#line.length > this.#checking && this.#idle.length > 0) void this.#serveIdle();
    while (
      this.#line.length > this.#idle.length + this.#making + this.#checking &&
      this.#size < this.#options.max
    )
      void this.#serveNew();
  }

  /** Members whose check is under way. */
  #checking = 0;

  async #serveIdle(): Promise<void> {
    const member = this.#idle.pop();
    if (!member) return;
    if (!this.#options.validate && !this.#isWorn(member)) return this.#hand(member);
    this.#checking++;
    const isGood = !this.#isWorn(member) && (await this.#isGood(member));
    this.#checking--;
    if (isGood && !this.#draining) return this.#hand(member);
    this.#recycled++;
    this.#giveUp(member);
    this.#pump();
  }

  async #isGood({ agent }: Member<A>): Promise<boolean> {
    try {
      const { validate, timeout } = this.#options;
      return !validate || (await withDeadline(this.#clock, timeout, () => validate(agent))) !== false;
    } catch (error) {
      this.#options.onError?.(error);
      return false;
    }
  }

  async #serveNew(): Promise<void> {
    try {
      const member = await this.#make();
      if (this.#draining) return this.#giveUp(member);
      this.#hand(member);
    } catch (error) {
      // Whoever is first learns of it: others may have better luck.
      this.#line.refuse(error);
      this.#pump();
    }
  }

  #hand(member: Member<A>): void {
    if (!this.#line.serve(member)) this.#idle.push(member);
  }

  async #make(): Promise<Member<A>> {
    this.#size++;
    this.#making++;
    try {
      const { create, timeout } = this.#options;
      const agent = await withDeadline(this.#clock, timeout, create, (late) => this.#dispose(late));
      this.#made++;
      return { agent, madeAt: this.#clock.monotonic(), uses: 0 };
    } catch (error) {
      this.#size--;
      this.#failed++;
      this.#options.onError?.(error);
      throw error;
    } finally {
      this.#making--;
      this.#checkDrained();
    }
  }

  #giveUp({ agent }: Member<A>): void {
    this.#size--;
    this.#dispose(agent);
    this.#checkDrained();
  }

  #dispose(agent: A): void {
    void (async () => {
      try {
        await this.#options.dispose(agent);
      } catch (error) {
        (this.#options.onError ?? warnOfDisposal)(error);
      }
    })();
  }

  #checkDrained(): void {
    if (this.#size === 0) this.#draining?.resolve();
  }
}

type ResolvedOptions<A> = Omit<AgentPoolOptions<A>, 'timeout' | 'maxAge'> & {
  readonly timeout?: number;
  readonly maxAge?: number;
};

const closed = (): PerfError =>
  new PerfError('MASTRA_PERF_CLOSED', 'this AgentPool is drained: make a new one');

const warnOfLeak = ({ takenAt, heldMs }: { readonly takenAt: string; readonly heldMs: number }): void =>
  process.emitWarning(
    `mastra-perf: an agent of a pool was never released, taken ${heldMs} ms ago at\n${takenAt}`,
    {
      code: 'MASTRA_PERF_LEAK',
      type: 'MastraPerfWarning',
    },
  );

const warnOfDisposal = (error: unknown): void =>
  process.emitWarning(`mastra-perf: an agent of a pool could not be disposed of: ${String(error)}`, {
    code: 'MASTRA_PERF_RESOURCE',
    type: 'MastraPerfWarning',
  });
