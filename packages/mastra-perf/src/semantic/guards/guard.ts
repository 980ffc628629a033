/** One reason why two questions must not share an answer. Pure: no state that shows, no I/O, work linear in the texts. */
export interface Guard {
  /** What the middleware counts refusals by: `numbers`, `negation`, `order`, ... */
  readonly name: string;
  /** Whether nothing that this guard knows tells the two apart. */
  passes(a: string, b: string): boolean;
}
