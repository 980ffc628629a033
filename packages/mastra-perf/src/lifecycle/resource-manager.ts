import { systemClock, type Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { parseOptions } from '../base/parse-options.ts';
import { PerfConfigError, PerfError } from '../errors.ts';
import { disposeOf } from './dispose.ts';
import { createExpiryQueue, type Expiring } from './expiry-queue.ts';
import {
  getSchema,
  managerSchema,
  registerSchema,
  type GetOptions,
  type RegisterOptions,
  type ResourceManagerOptions,
} from './resource-options.ts';

/** A resource that is not disposed of while it is in use. */
export interface ResourceLease<R> extends Disposable {
  readonly id: string;
  readonly resource: R;
  /** It is not used any more. A second time does nothing. */
  release(): void;
}

interface Held extends Expiring {
  readonly id: string;
  readonly resource: unknown;
  readonly ttlMs: number;
  readonly dispose: (resource: unknown) => unknown;
  users: number;
  /** Nobody gets it any more: it is disposed of when the last of its users has left. */
  isLeaving: boolean;
  readonly gone: PromiseWithResolvers<void>;
}

const DEADLINE_MS = 10_000;
/** Turns in the queue of resources that are gone already; more than there are resources, and they are swept out. */
const SPARE_TURNS = 1024;

/**
 * Resources that live for a time: clients, pools, temporary files. Each is disposed of once: when its time is over, when it is replaced or
 * cleaned up, and at the latest with the manager, the newest first; never while it is in use.
 *
 * @example
 * await using resources = new ResourceManager({ ttl: '5m' });
 * resources.register('browser', await launch());
 * using lease = resources.use<Browser>('browser');
 */
export class ResourceManager implements AsyncDisposable {
  readonly #ttlMs: number;
  readonly #deadlineMs: number;
  readonly #onError: (error: unknown, id: string) => void;
  readonly #clock: Clock;
  /** In the order of registration. */
  readonly #held = new Map<string, Held>();
  /** Replaced, expired or cleaned up, and not gone yet. */
  readonly #leaving = new Set<Held>();
  readonly #queue = createExpiryQueue<Held>();
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #closing: Promise<void> | undefined;

  /** @throws PerfConfigError */
  constructor(options: ResourceManagerOptions = {}, clock: Clock = systemClock) {
    const parsed = parseOptions(managerSchema, options, 'ResourceManager');
    this.#ttlMs = parsed.ttl ?? Number.POSITIVE_INFINITY;
    this.#deadlineMs = parsed.deadline ?? DEADLINE_MS;
    this.#onError = parsed.onError ?? warn;
    this.#clock = clock;
  }

  /** Resources that can be got. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * Takes a resource into care. One of the same id is replaced, and disposed of as soon as nobody uses it.
   *
   * @throws PerfConfigError; PerfError `MASTRA_PERF_CLOSED` after `cleanupAll()`.
   */
  register<R>(id: string, resource: R, options?: RegisterOptions<R>): R {
    const name = checkedId(id);
    const { ttl = this.#ttlMs, dispose = disposeOf } = options
      ? parseOptions(registerSchema, options, `register(${JSON.stringify(name)})`)
      : {};
    if (this.#closing) throw closed();
    const before = this.#held.get(name);
    if (before?.resource === resource) this.#forget(before);
    else if (before) this.#leave(before);
    const held: Held = {
      id: name,
      resource,
      ttlMs: ttl,
      expiresAt: this.#clock.monotonic() + ttl,
      dispose,
      users: 0,
      isLeaving: false,
      gone: Promise.withResolvers<void>(),
    };
    this.#held.set(name, held);
    if (Number.isFinite(ttl)) this.#queue.add(held);
    if (this.#queue.size > 2 * this.#held.size + SPARE_TURNS) this.#queue.keep(this.#isLive);
    this.#wake();
    return resource;
  }

  /** The resource, or nothing when its time is over. It may be disposed of while you have it: to prevent that, `use()` it. */
  get<R = unknown>(id: string, options?: GetOptions): R | undefined {
    const { touch = true } = options ? parseOptions(getSchema, options, `get(${JSON.stringify(id)})`) : {};
    return this.#current(id, touch)?.resource as R | undefined;
  }

  /** The same, and it is not disposed of before it is released. */
  use<R = unknown>(id: string): ResourceLease<R> | undefined {
    const held = this.#current(id, true);
    if (!held) return undefined;
    held.users++;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      held.users--;
      if (held.users === 0 && held.isLeaving) void this.#dispose(held);
      else if (held.users === 0) this.#touch(held);
    };
    return { id: held.id, resource: held.resource as R, release, [Symbol.dispose]: release };
  }

  /** Disposes of one resource, when nobody uses it any more. Resolves when that is done; `false` if there is none of this id. */
  async cleanup(id: string): Promise<boolean> {
    const held = this.#held.get(id);
    if (!held) return false;
    this.#leave(held);
    await held.gone.promise;
    return true;
  }

  /**
   * Disposes of everything, the newest first, and takes nothing more. Resources in use are waited for; those that are still in use at
   * the deadline are disposed of all the same.
   */
  cleanupAll(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cleanupAll();
  }

  async #close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const end = this.#clock.monotonic() + this.#deadlineMs;
    const isOver = (): boolean => this.#clock.monotonic() >= end;
    const within = (work: Promise<unknown>): Promise<unknown> =>
      withDeadline(this.#clock, end - this.#clock.monotonic(), () => work);
    for (const held of [...this.#held.values()].toReversed()) {
      this.#leave(held);
      // One after the other, for as long as there is time: a client may need what was registered before it.
      if (isOver()) void this.#dispose(held);
      else await within(held.gone.promise).catch((error: unknown) => this.#tooLate(held, error));
    }
    const replaced = [...this.#leaving].map(({ gone }) => gone.promise);
    if (!isOver()) await within(Promise.all(replaced)).catch(() => undefined); // the next line ends those that are left
    for (const held of this.#leaving) void this.#dispose(held);
  }

  /** Whoever still uses it loses it; a disposal that hangs is left alone. */
  #tooLate(held: Held, error: unknown): void {
    if (held.users > 0) void this.#dispose(held);
    else this.#tell(error, held.id);
  }

  readonly #isLive = (held: Held): boolean => this.#held.get(held.id) === held;

  #current(id: string, touch: boolean): Held | undefined {
    const held = this.#held.get(id);
    if (!held) return undefined;
    if (held.users === 0 && held.expiresAt <= this.#clock.monotonic()) {
      this.#leave(held);
      return undefined;
    }
    if (touch) this.#touch(held);
    return held;
  }

  /** Its turn in the queue stays: it is put off when it comes. */
  #touch(held: Held): void {
    held.expiresAt = this.#clock.monotonic() + held.ttlMs;
    if (!this.#timer) this.#wake();
  }

  #forget(held: Held): void {
    this.#held.delete(held.id);
  }

  #leave(held: Held): void {
    if (held.isLeaving) return;
    held.isLeaving = true;
    if (this.#isLive(held)) this.#held.delete(held.id);
    this.#leaving.add(held);
    if (held.users === 0) void this.#dispose(held);
  }

  readonly #disposing = new WeakSet<Held>();

  async #dispose(held: Held): Promise<void> {
    if (this.#disposing.has(held)) return;
    this.#disposing.add(held);
    try {
      await held.dispose(held.resource);
    } catch (error) {
      this.#tell(error, held.id);
    } finally {
      this.#leaving.delete(held);
      held.gone.resolve();
    }
  }

  #tell(error: unknown, id: string): void {
    try {
      this.#onError(error, id);
    } catch (failure) {
      warn(failure, id);
    }
  }

  /** One timer for all: it wakes for the resource that expires first. */
  #wake(): void {
    const next = this.#queue.next();
    if (next === undefined || this.#closing || (this.#timer && this.#timer.at <= next)) return;
    this.#timer?.cancel();
    const cancel = this.#clock.after(Math.max(0, next - this.#clock.monotonic()), () => {
      this.#timer = undefined;
      this.#expire();
    });
    this.#timer = { at: next, cancel };
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    for (const held of this.#queue.due(now)) {
      if (!this.#isLive(held)) continue;
      if (held.users === 0) this.#leave(held);
      else {
        held.expiresAt = now + held.ttlMs; // its time starts when it is released
        this.#queue.add(held);
      }
    }
    this.#wake();
  }
}

function checkedId(id: unknown): string {
  if (typeof id === 'string' && id !== '') return id;
  throw new PerfConfigError('register: id', id, 'a text that is not empty');
}

const closed = (): PerfError =>
  new PerfError('MASTRA_PERF_CLOSED', 'this ResourceManager has cleaned up everything: make a new one');

function warn(error: unknown, id: string): void {
  process.emitWarning(`mastra-perf: the resource "${id}" could not be disposed of: ${String(error)}`, {
    code: 'MASTRA_PERF_RESOURCE',
    type: 'MastraPerfWarning',
  });
}
