import type { Background } from './base/background.ts';
import type { Clock } from './base/clock.ts';
import type { ResponseCache } from './cache/response-cache.ts';
import { PerfConfigError } from './errors.ts';
import type { Perf } from './perf-handle.ts';
import type { Middleware } from './pipeline/call.ts';
import type { Outcome } from './pipeline/outcome.ts';
import type { SemanticBoundSettings, SemanticSettings } from './semantic/options.ts';
import type { RecentAnswer } from './semantic/recent-answers.ts';
import type { SemanticStats } from './semantic/semantic-stats.ts';
import type { CacheStore } from './stores/cache-store.ts';

export interface PerfSemanticDeps {
  readonly bounds: SemanticBoundSettings;
  /** Texts in a vector store are encrypted where answers are. */
  readonly encryptionKeys: string | readonly string[] | undefined;
  /** `false` where its cache, or this, is off. */
  readonly settingsOf: (agent: string) => SemanticSettings | false;
  readonly clock: Clock;
  readonly random: () => number;
  readonly background: Background;
  /** Where what is learned is kept for other processes. */
  readonly store: CacheStore | undefined;
  readonly cache: Pick<ResponseCache, 'storedUnder'>;
  /** The same embedding model, with its requests going through the plugin. */
  readonly embedder: () => Perf['embedder'];
  readonly fault: (where: string, error: unknown) => void;
}

/** The semantic cache, as far as it is there already. */
export interface PerfSemantic {
  readonly middleware: Middleware;
  readonly feedback: Perf['cache']['feedback'];
  /** The last answers that it gave in this process, the newest first; absent as long as no call has used it. */
  recent(): readonly RecentAnswer[] | undefined;
  /** The same as feedback, for one of those; `false` for any other, and for one that was judged before. */
  judge(id: string, verdict: 'right' | 'wrong'): Promise<boolean>;
  /** Absent as long as no call has used it. */
  stats(): SemanticStats | undefined;
  /** Resolves when what was learned is in the store, or given up. */
  flush(): Promise<void>;
  close(): void;
}

/** What `perf-semantic-parts.ts` makes. */
export interface SemanticParts extends Pick<PerfSemantic, 'middleware' | 'judge' | 'flush' | 'close'> {
  learn(token: string, verdict: 'right' | 'wrong'): Promise<boolean>;
  recent(): readonly RecentAnswer[];
  stats(): SemanticStats;
}

/** It is off by default: it is loaded with the first call of an agent that has it on. */
export function createPerfSemantic(deps: PerfSemanticDeps): PerfSemantic {
  let loaded: SemanticParts | undefined;
  let parts: Promise<SemanticParts> | undefined;
  const load = (): Promise<SemanticParts> =>
    (parts ??= import('./perf-semantic-parts.ts').then(
      ({ createSemanticParts }) => (loaded = createSemanticParts(deps)),
    ));
  return {
    middleware: {
      name: 'semantic',
      async run(call, next) {
        if (deps.settingsOf(call.caller.agent) === false) return next();
        const { middleware } = loaded ?? (await load());
        return middleware.run(call, next);
      },
    },
    async feedback(outcome, verdict) {
      const token = tokenIn(outcome);
      if (verdict !== 'right' && verdict !== 'wrong')
        throw new PerfConfigError('perf.cache.feedback', verdict, "'right' or 'wrong'");
      return token === undefined ? false : (await load()).learn(token, verdict);
    },
    recent: () => loaded?.recent(),
    judge: async (id, verdict) => (loaded ? loaded.judge(id, verdict) : false),
    stats: () => loaded?.stats(),
    flush: async () => (await parts)?.flush(),
    close: () => loaded?.close(),
  };
}

function tokenIn(outcome: Outcome | undefined): string | undefined {
  const token: unknown = outcome?.semantic?.feedback;
  return typeof token === 'string' ? token : undefined;
}
