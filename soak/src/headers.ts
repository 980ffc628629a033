/** What travels beside a request, from the client through a server to the provider. */
export interface Asking {
  readonly user: string;
  readonly call: string;
  /** What was going on when it was asked. */
  readonly phase: string;
}

export const HEADERS = {
  user: 'x-soak-user',
  call: 'x-soak-call',
  phase: 'x-soak-phase',
  /** The life of a process: one that is started anew has another name. */
  process: 'x-soak-process',
} as const;
