import type { Figures } from './server/figures.ts';
import type { Servers } from './world/servers.ts';

/** What one process held when it was warm, then and when, and last. */
export interface Growth {
  readonly name: string;
  readonly figures: readonly Figures[];
}

export function watchGrowth(servers: Servers) {
  const seen = new Map<string, Figures[]>();
  return {
    async measure() {
      for (const server of servers.running()) {
        const figures = await server.figures();
        seen.set(server.name, [...(seen.get(server.name) ?? []), figures]);
      }
    },
    all: (): readonly Growth[] => [...seen].map(([name, figures]) => ({ name, figures })),
  };
}
