import {
  isWrappedEmbedder,
  proxyEmbedder,
  type EmbedDoor,
  type EmbedderLike,
} from '../pipeline/embedder-proxy.ts';
import { toldBefore } from './cause.ts';
import type { Registry } from './registry.ts';

/**
 * Shows the requests of a memory's embedding model to the plugin of whichever Mastra has the agent that uses it: agents of several
 * may share a memory. Where there is none, or none any more, they go straight to the model.
 */
export function adoptEmbedder(memory: unknown, shared: Registry): void {
  if (!hasEmbedder(memory) || isWrappedEmbedder(memory.embedder)) return;
  memory.embedder = proxyEmbedder(memory.embedder, doorIn(shared));
}

function doorIn(shared: Registry): EmbedDoor {
  return (call, ask) => {
    const run = shared.agentRun.getStore();
    const behalf = shared.behalf.getStore();
    const mastra = behalf?.run.mastra ?? run?.mastra;
    const host = mastra && shared.hosts.get(mastra);
    if (!host) return ask();
    return host.embed(call, ask, {
      agentId: behalf?.cause?.agent ?? run?.agent ?? 'memory',
      requestContext: run?.requestContext,
      behalf: behalf?.run,
      ids: toldBefore(shared),
    });
  };
}

const hasEmbedder = (memory: unknown): memory is { embedder: EmbedderLike } => {
  const embedder: unknown =
    typeof memory === 'object' && memory !== null && 'embedder' in memory ? memory.embedder : undefined;
  return (
    typeof embedder === 'object' &&
    embedder !== null &&
    'doEmbed' in embedder &&
    typeof embedder.doEmbed === 'function'
  );
};
