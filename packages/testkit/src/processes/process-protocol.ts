/* What a process and the one that started it say to each other. Its first message is `'ready'`. */

export interface Request {
  readonly id: number;
  readonly command: string;
  readonly args: readonly unknown[];
}

export type Response =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };
