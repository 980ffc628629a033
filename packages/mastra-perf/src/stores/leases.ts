/** The right to do something alone, for a while. */
export interface Lease {
  readonly name: string;
  /** Fencing token: larger than that of every earlier lease of this name, so that what a late holder does can be told apart. */
  readonly token: number;
}

/** Somebody else holds the lease; it ends in `expiresInMs` unless it is renewed. */
export interface HeldLease {
  readonly expiresInMs: number;
}

export type LeaseAttempt =
  | { readonly granted: true; readonly lease: Lease }
  | ({ readonly granted: false } & HeldLease);

/** Leases among all processes that use the same place. Who dies keeps one until it expires and no longer. */
export interface Leases {
  /** Never waits: grants the lease for `ttlMs` from now, or tells how long another holds it. */
  acquire(name: string, ttlMs: number): Promise<LeaseAttempt>;
  /** Holds it for `ttlMs` from now; `false` when it was lost. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  /** `false` when it was lost before. */
  release(lease: Lease): Promise<boolean>;
}
