/** What pg has below its clients, where it has it. */
interface Plumbing {
  readonly connection?: { readonly stream?: { destroy?(): unknown } };
}

/** Breaks a connection without a word to the server: who waits for the goodbye of a server that hangs waits for ever. */
export function breakClient(client: object): void {
  (client as Plumbing).connection?.stream?.destroy?.();
}
