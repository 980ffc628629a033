/** What a mock was asked and how far it came; live, read it at any time. */
export interface MockCalls<Options> {
  generate: number;
  stream: number;
  readonly total: number;
  /** Calls that ended because their `abortSignal` fired. */
  aborted: number;
  /** Streams whose reader cancelled them before the end. */
  cancelled: number;
  /** Stream parts that were handed to a reader. */
  partsEmitted: number;
  /** The options of every call, in order, by reference. */
  readonly options: Options[];
}

export function mockCalls<Options>(): MockCalls<Options> {
  return {
    generate: 0,
    stream: 0,
    get total() {
      return this.generate + this.stream;
    },
    aborted: 0,
    cancelled: 0,
    partsEmitted: 0,
    options: [],
  };
}
