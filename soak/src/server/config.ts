/** What a server process is told when it starts; JSON. */
export interface ServerConfig {
  /** Of this life of it. */
  readonly name: string;
  readonly providerUrl: string;
  readonly postgresUrl: string;
  /** Of Mastra's tables; those of the ledger are in one that has `_perf` behind it. */
  readonly schema: string;
  /** Of the names in Redis. */
  readonly prefix: string;
  readonly redis: RedisConfig;
  readonly writes: 'through' | 'behind';
  readonly history: 'off' | 'validate';
}

export type RedisConfig =
  | { readonly url: string }
  | {
      readonly sentinel: {
        readonly name: string;
        readonly sentinels: ReadonlyArray<{ readonly host: string; readonly port: number }>;
      };
    };
