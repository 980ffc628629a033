import { nearestName } from '../base/nearest-name.ts';
import type { MastraLike } from './host.ts';

/** Key and id of each agent that this Mastra has by now. */
function knownNames(mastra: MastraLike): Array<{ readonly key: string; readonly id: string }> {
  return Object.entries(mastra.listAgents()).map(([key, agent]) => ({
    key,
    id: String((agent as { id?: unknown }).id ?? key),
  }));
}

/** The names under which options for an agent may stand: its id and its key in the Mastra config. */
export function namesOf(mastra: MastraLike, agentId: string): readonly string[] {
  const keys = knownNames(mastra).flatMap(({ key, id }) => (id === agentId && key !== agentId ? [key] : []));
  return [agentId, ...keys];
}

/**
 * Tells once, as a process warning, which names in the options no agent has. Agents are added after the plugin registers,
 * and some only later, so this is no error.
 */
export function warnOfUnknownAgents(mastra: MastraLike, names: readonly string[]): void {
  const known = knownNames(mastra).flatMap(({ key, id }) => (key === id ? [key] : [key, id]));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const told = unknown.map((name) => {
    const near = nearestName(name, known);
    return `"${name}"${near ? ` (did you mean "${near}"?)` : ''}`;
  });
  process.emitWarning(
    `createPerf({ agents }) has options for ${told.join(', ')}, which this Mastra does not have; ` +
      `its agents: ${known.join(', ') || 'none'}. They apply as soon as an agent of that name is added.`,
    { code: 'MASTRA_PERF_UNKNOWN_AGENT', type: 'MastraPerfWarning' },
  );
}
