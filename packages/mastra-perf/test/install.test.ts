import { createRequire } from 'node:module';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { ModerationProcessor, ProcessorRunner } from '@mastra/core/processors';
import { InMemoryStore } from '@mastra/core/storage';
import { mockModel } from '@mastra-perf/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPerf, PerfError, type Perf } from '../src/index.ts';

const RESOLVE = 'resolveModelConfig';
const open: Perf[] = [];
const made = (options?: Parameters<typeof createPerf>[0]): Perf => {
  const perf = createPerf(options);
  open.push(perf);
  return perf;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((perf) => perf.close()));
});

const agentOf = (id: string, model = mockModel(), extra = {}) =>
  new Agent({ id, name: id, instructions: 'i', model, ...extra });
const mastraOf = (agents: Record<string, Agent>, processors: Record<string, Perf> = {}) =>
  new Mastra({ agents, logger: false, storage: new InMemoryStore(), processors });
const twice = async (agent: Agent) => {
  await agent.generate('q');
  await agent.generate('q');
};

/** Everything of Mastra that the plugin may touch, as it stands. */
const ground = (mastra: object) => ({
  resolve: Object.getOwnPropertyDescriptor(Agent.prototype, RESOLVE),
  runner: Object.getOwnPropertyNames(ProcessorRunner.prototype).map((name) =>
    Object.getOwnPropertyDescriptor(ProcessorRunner.prototype, name),
  ),
  addAgent: Object.getOwnPropertyDescriptor(mastra, 'addAgent'),
});

describe('registration', () => {
  it('by install() does what registration in the config does', async () => {
    const model = mockModel();
    const agent = agentOf('a', model);
    const mastra = mastraOf({ a: agent });
    const perf = made();
    perf.install(mastra);
    perf.install(mastra); // again: nothing
    await twice(agent);
    expect(model.calls.total).toBe(1);
  });

  it('leaves other Mastra instances alone, and agents without one', async () => {
    const [registered, other, alone] = [mockModel(), mockModel(), mockModel()];
    const agents = { a: agentOf('a', registered), b: agentOf('b', other), c: agentOf('c', alone) };
    const perf = made();
    const seen: string[] = [];
    perf.on('call', ({ agent }) => seen.push(agent));
    mastraOf({ a: agents.a }, { perf });
    mastraOf({ b: agents.b });
    for (const agent of Object.values(agents)) await twice(agent);
    expect([registered.calls.total, other.calls.total, alone.calls.total]).toEqual([1, 2, 2]);
    expect(seen).toEqual(['a', 'a']);
  });

  it('leaves the agents inside processors of another Mastra alone', async () => {
    const verdict = () => mockModel({ respond: () => ({ text: '{"category_scores":[],"reason":""}' }) });
    const [ours, theirs] = [verdict(), verdict()];
    const perf = made();
    const a = agentOf('a', mockModel(), { inputProcessors: [new ModerationProcessor({ model: ours })] });
    const b = agentOf('b', mockModel(), { inputProcessors: [new ModerationProcessor({ model: theirs })] });
    mastraOf({ a }, { perf });
    mastraOf({ b });
    await Promise.all([a, b].map(twice));
    expect([ours.calls.total, theirs.calls.total]).toEqual([1, 2]);
  });

  it('serves two plugins on two Mastra instances apart', async () => {
    const models = [mockModel(), mockModel()] as const;
    const perfs = [made(), made({ cache: false, coalesce: false })] as const;
    const agents = models.map((model) => agentOf('a', model)) as [Agent, Agent];
    agents.forEach((agent, index) => mastraOf({ a: agent }, { perf: perfs[index] as Perf }));
    for (const agent of agents) await twice(agent);
    expect(models.map(({ calls }) => calls.total)).toEqual([1, 2]);
    await perfs[0].close();
    await twice(agents[0]);
    await twice(agents[1]);
    expect(models.map(({ calls }) => calls.total)).toEqual([3, 4]);
  });

  it('counts a call once whose model was wrapped by hand as well', async () => {
    const model = mockModel();
    const perf = made({ cache: false, coalesce: false });
    const agent = agentOf('a', perf.model(model));
    mastraOf({ a: agent }, { perf });
    await twice(agent);
    expect(model.calls.total).toBe(2);
    expect(await perf.report()).toMatchObject({ calls: 2, modelCalls: 2, spent: { inputTokens: 20 } });
  });

  it('refuses a second plugin on one Mastra, and one plugin on two', () => {
    const code = 'MASTRA_PERF_ALREADY_INSTALLED';
    expect(() => mastraOf({}, { one: made(), two: made() })).toThrow(expect.objectContaining({ code }));
    const perf = made();
    mastraOf({}, { perf });
    expect(() => mastraOf({}, { perf })).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a closed plugin', async () => {
    const perf = made();
    await perf.close();
    expect(() => perf.install(mastraOf({}))).toThrow(PerfError);
  });

  it('sees agents of the CommonJS build of Mastra, and classes derived from Agent', async () => {
    const commonJs = createRequire(import.meta.url)(
      '@mastra/core/agent',
    ) as typeof import('@mastra/core/agent');
    class Derived extends Agent {}
    expect(commonJs.Agent).not.toBe(Agent);
    const models = [mockModel(), mockModel(), mockModel()] as const;
    const config = (id: string, model: ReturnType<typeof mockModel>) => ({
      id,
      name: id,
      instructions: 'i',
      model,
    });
    const step = mockModel();
    const agents = {
      required: new commonJs.Agent(config('required', models[0])),
      derived: new Derived(config('derived', models[1])),
      plain: new Agent(config('plain', models[2])),
    };
    mastraOf(agents as never, { perf: made() });
    for (const agent of Object.values(agents)) await twice(agent as Agent);
    expect(models.map(({ calls }) => calls.total)).toEqual([1, 1, 1]);
    for (let i = 0; i < 2; i++)
      await agents.required.generate('other', { prepareStep: () => ({ model: step }) } as never);
    expect(step.calls.total).toBe(1);
  });
});

describe('close()', () => {
  it('leaves nothing hooked', async () => {
    const mastra = mastraOf({ a: agentOf('a') });
    const before = ground(mastra);
    const perf = made();
    perf.install(mastra);
    await mastra.getAgent('a').generate('q');
    expect(ground(mastra)).not.toEqual(before);
    await perf.close();
    expect(ground(mastra)).toEqual(before);
    expect(Object.hasOwn(mastra, 'addAgent')).toBe(false);
  });

  it('keeps what another plugin still needs', async () => {
    const [first, second] = [made(), made()];
    const model = mockModel();
    const agent = agentOf('b', model);
    mastraOf({ a: agentOf('a') }, { first });
    mastraOf({ b: agent }, { second });
    await first.close();
    await twice(agent);
    expect(model.calls.total).toBe(1);
  });

  it('lets calls of models that were resolved before pass', async () => {
    const model = mockModel();
    const agent = agentOf('a', model);
    const perf = made();
    mastraOf({ a: agent }, { perf });
    const resolved = (await agent.getModel()) as unknown as ReturnType<typeof mockModel>;
    await perf.close();
    await resolved.doGenerate({ prompt: [] });
    await resolved.doGenerate({ prompt: [] });
    expect(model.calls.total).toBe(2);
  });

  it("keeps a stranger's wrapper that was put on top, and is inert below it", async () => {
    const original = Object.getOwnPropertyDescriptor(Agent.prototype, RESOLVE) as PropertyDescriptor;
    const perf = made();
    const model = mockModel();
    const agent = agentOf('a', model);
    mastraOf({ a: agent }, { perf });
    const ours = Reflect.get(Agent.prototype, RESOLVE) as (...args: unknown[]) => unknown;
    let passed = 0;
    const stranger = function (this: unknown, ...args: unknown[]): unknown {
      passed++;
      return ours.apply(this, args);
    };
    Object.defineProperty(Agent.prototype, RESOLVE, { ...original, value: stranger });
    try {
      await twice(agent);
      expect(model.calls.total).toBe(1);
      await perf.close();
      expect(Reflect.get(Agent.prototype, RESOLVE)).toBe(stranger);
      const before = passed;
      await twice(agent);
      expect(passed).toBeGreaterThan(before);
      expect(model.calls.total).toBe(3);
    } finally {
      Object.defineProperty(Agent.prototype, RESOLVE, original);
    }
  });
});

describe('a Mastra whose agents resolve models in another way', () => {
  interface Args {
    readonly modelConfig: unknown;
    readonly requestContext?: unknown;
  }

  /** An agent of a Mastra to come, without the method that is patched today. */
  class OtherAgent {
    readonly id = 'other';
    model: unknown;
    constructor(model: unknown) {
      this.model = model;
    }
    async getModel({ modelConfig, requestContext }: Args): Promise<unknown> {
      return typeof modelConfig === 'function' ? modelConfig({ requestContext }) : modelConfig;
    }
    __updateModel({ model }: { readonly model: unknown }): void {
      this.model = model;
    }
    async ask(): Promise<unknown> {
      const model = (await this.getModel({ modelConfig: this.model })) as ReturnType<typeof mockModel>;
      return model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'q' }] }] });
    }
  }

  class OtherMastra {
    readonly agents: Record<string, object>;
    constructor(agents: Record<string, object>) {
      this.agents = agents;
    }
    listAgents() {
      return this.agents;
    }
    addAgent(agent: object, key = 'added') {
      this.agents[key] = agent;
    }
  }

  it('is served through the public way, and says so once', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const models = [mockModel(), mockModel()] as const;
    const agents = models.map((model) => new OtherAgent(model)) as [OtherAgent, OtherAgent];
    const mastra = new OtherMastra({ one: agents[0] });
    const perf = made();
    perf.install(mastra);
    mastra.addAgent(agents[1]);
    for (const agent of agents) for (let i = 0; i < 2; i++) await agent.ask();
    expect(models[0].calls.total + models[1].calls.total).toBe(1); // one agent id, one question
    await perf.close();
    expect(agents.map(({ model }) => model)).toEqual(models);
    expect(warn.mock.calls.map(([, options]) => (options as { code: string }).code)).toEqual([
      'MASTRA_PERF_FALLBACK',
    ]);
    warn.mockRestore();
  });

  it('says so when there is no way at all', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    made().install(new OtherMastra({ one: { id: 'one' } }));
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining('perf.model()'),
      expect.objectContaining({ code: 'MASTRA_PERF_UNSUPPORTED' }),
    );
    warn.mockRestore();
  });
});
