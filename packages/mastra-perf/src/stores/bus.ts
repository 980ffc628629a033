export interface BusListener {
  /** Called for each message, those of this process included. Must not throw. */
  message(text: string): void;
  /** Messages may have been missed: the connection was lost and is there again. */
  gap(): void;
}

/** Messages to all processes that use the same place. Delivered at most once; a loss is told by `gap`. */
export interface Bus {
  publish(topic: string, text: string): Promise<void>;
  /** Resolves with the end of the subscription once messages arrive. */
  subscribe(topic: string, listener: BusListener): Promise<() => Promise<void>>;
}
