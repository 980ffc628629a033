import { doorTo, proxyModel, type ModelLike } from '../pipeline/model-proxy.ts';
import { causedBy, toldBefore } from './cause.ts';
import type { AgentLike, Behalf, RequestContextLike } from './host.ts';
import { applyPatch, isSupported, type Patch } from './patch.ts';
import { runOf, type Registry } from './registry.ts';

/** What a method of Mastra's ProcessorRunner is called with, as far as it is needed: the run's request context. */
const CONTEXT_OF: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  runInputProcessors: (args) => args[2],
  runOutputProcessors: (args) => args[2],
  processPart: (args) => args[3],
  runProcessInputStep: (args) => field(args[0], 'requestContext'),
  runProcessOutputStep: (args) => field(args[0], 'requestContext'),
  runProcessToolResult: (args) => field(args[0], 'requestContext'),
  runProcessAPIError: (args) => field(args[0], 'requestContext'),
  runProcessLLMRequest: (args) => field(args[0], 'requestContext'),
  runProcessLLMResponse: (args) => field(args[0], 'requestContext'),
};

/** Returns, beside its other results, the model that a step shall use instead. */
const INPUT_STEP = 'runProcessInputStep';

interface Runner {
  readonly agent?: AgentLike;
}

type Method = (this: Runner, ...args: unknown[]) => unknown;

/**
 * Patches the runner of processors, for two things that the agent's own models do not show: a model that `prepareStep` or
 * a processor returns for one step, and the agents inside processors (moderation, summaries), which know no Mastra.
 * Returns the undo, or `undefined` when this Mastra's runner is of another make.
 */
export function patchRunner(prototype: object, shared: Registry): (() => void) | undefined {
  const patches = Object.entries(CONTEXT_OF).map(([method, contextOf]) =>
    behalfPatch(prototype, method, contextOf, shared),
  );
  if (!isSupported({ target: prototype, method: INPUT_STEP, wrap: (method) => method })) return undefined;
  const undos = patches.filter(isSupported).map(applyPatch);
  return () => undos.forEach((undo) => undo());
}

function behalfPatch(
  target: object,
  method: string,
  contextOf: (args: readonly unknown[]) => unknown,
  shared: Registry,
): Patch {
  return {
    target,
    method,
    wrap: (original) => {
      const run = original as unknown as Method;
      return function (this: Runner, ...args) {
        const behalf = behalfOf(this, contextOf(args), shared);
        const result = behalf
          ? shared.behalf.run(behalf, () => run.apply(this, args))
          : run.apply(this, args);
        return method === INPUT_STEP ? adoptStepModel(result, field(args[0], 'model')) : result;
      } satisfies Method as never;
    },
  };
}

function behalfOf(runner: Runner, context: unknown, shared: Registry): Behalf | undefined {
  const requestContext =
    typeof context === 'object' && context !== null ? (context as RequestContextLike) : undefined;
  const mastra =
    runner.agent?.getMastraInstance?.() ?? (requestContext && shared.runs.get(requestContext)?.mastra);
  if (!mastra || !shared.hosts.has(mastra)) return undefined;
  const run = runOf(shared, mastra, requestContext);
  // Before the agent has asked its model, only its options and its context tell.
  run.ids ??= toldBefore(shared);
  return { run, cause: causedBy(runner.agent?.id ?? run.agent, 'processor', shared) };
}

/** A model that a step uses instead of the agent's goes through the same door. */
async function adoptStepModel(result: unknown, before: unknown): Promise<unknown> {
  const step = await result;
  const model = field(step, 'model');
  const door = typeof before === 'object' && before !== null ? doorTo(before) : undefined;
  if (!door || typeof model !== 'object' || model === null || model === before) return step;
  return { ...(step as object), model: proxyModel(model as ModelLike, door) };
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
