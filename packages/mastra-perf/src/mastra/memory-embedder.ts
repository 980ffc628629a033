import {
  isWrappedEmbedder,
  proxyEmbedder,
  type EmbedDoor,
  type EmbedderLike,
} from '../pipeline/embedder-proxy.ts';
import { toldBefore } from './cause.ts';
import type { EmbedOrigin, Host, MastraLike } from './host.ts';
import type { Registry } from './registry.ts';

/**
 * Shows the requests of a memory's embedding model to the plugin of whichever Mastra has the agent that uses it: agents of several
 * may share a memory. What the app itself asks a memory for is shown to the plugin of its Mastra, if it has only one. Where there is
 * none, or none any more, requests go straight to the model.
 */
export function adoptEmbedder(memory: unknown, home: MastraLike, shared: Registry): void {
  if (!hasEmbedder(memory)) return;
  const known = shared.homes.get(memory);
  shared.homes.set(memory, known === undefined || known === home ? home : 'several');
  if (!isWrappedEmbedder(memory.embedder))
    memory.embedder = proxyEmbedder(memory.embedder, doorIn(memory, shared));
}

function doorIn(memory: object, shared: Registry): EmbedDoor {
  return (call, ask) => {
    const host = hostOf(memory, shared);
    return host ? host.embed(call, ask, embedOrigin('memory', shared)) : ask(call.request);
  };
}

function hostOf(memory: object, { agentRun, behalf, homes, hosts }: Registry): Host | undefined {
  const mastra = behalf.getStore()?.run.mastra ?? agentRun.getStore()?.mastra ?? homes.get(memory);
  return typeof mastra === 'object' ? hosts.get(mastra) : undefined;
}

/** For whom texts are embedded now; `name` stands in for an agent where there is none. */
export function embedOrigin(name: string, shared: Registry): EmbedOrigin {
  const run = shared.agentRun.getStore();
  const behalf = shared.behalf.getStore();
  return {
    agentId: behalf?.cause?.agent ?? run?.agent ?? name,
    requestContext: run?.requestContext,
    behalf: behalf?.run,
    ids: toldBefore(shared),
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
