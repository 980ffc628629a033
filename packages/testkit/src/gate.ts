/** A door that holds everyone who waits until it is opened once; for pacing mocks without sleeping. */
export interface Gate {
  readonly wait: () => Promise<void>;
  readonly open: () => void;
}

/** @example const door = gate(); mockModel({ respond: () => ({ gate: door.wait }) }); door.open(); */
export function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { wait: () => opened, open };
}
