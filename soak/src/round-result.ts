import type { Growth } from './growth.ts';
import type { ServerConfig } from './server/config.ts';
import type { ToldEvents } from './server/told-events.ts';
import type { CallRecord } from './traffic/call-record.ts';
import type { ControlCall } from './traffic/control.ts';
import type { Ingested } from './traffic/ingest-beside.ts';
import type { LoggedRequest } from './world/house-provider.ts';
import type { LeftBehind } from './world/left-behind.ts';
import type { PageReport } from './world/page.ts';
import type { KilledServer, Stop } from './world/servers.ts';

/** A time in which something was wrong, until all had time to come back. */
export interface Trouble {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

/** What the ledger tells of one process, phase, agent and resource. */
export interface UsageRow {
  readonly purpose?: string | undefined;
  readonly agent?: string | undefined;
  readonly resource?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly modelCalls: number;
  readonly embeddingCalls: number;
  readonly estimatedCalls: number;
  readonly hits: number;
  readonly stale: number;
  readonly shared: number;
  readonly spent: { readonly inputTokens: number; readonly outputTokens: number; readonly usd: number };
}

/** All that can be known of a round when it is over. */
export interface RoundResult {
  readonly name: string;
  readonly storage: Pick<ServerConfig, 'writes' | 'history'>;
  readonly calls: readonly CallRecord[];
  readonly controls: readonly ControlCall[];
  readonly requests: readonly LoggedRequest[];
  /** Calls whose process broke off before the end of its answer. */
  readonly broken: ReadonlySet<string>;
  /** The process that a call went to. */
  readonly servedBy: ReadonlyMap<string, string>;
  readonly troubles: readonly Trouble[];
  readonly killed: readonly KilledServer[];
  readonly usage: readonly UsageRow[];
  readonly told: Readonly<Record<string, ToldEvents>>;
  readonly growth: readonly Growth[];
  readonly stops: readonly Stop[];
  readonly ingested: Ingested;
  readonly left: LeftBehind;
  /** Missing where there is no Chromium. */
  readonly page: PageReport | undefined;
}
