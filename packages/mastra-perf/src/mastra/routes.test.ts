import { Mastra } from '@mastra/core';
import { describe, expect, it } from 'vitest';
import type { HttpRoute, MastraLike } from './host.ts';
import { addRoutes } from './routes.ts';

const route = (path = '/perf'): HttpRoute => ({
  method: 'GET',
  path,
  requiresAuth: true,
  respond: async () => new Response(),
});
const pathsOf = (mastra: Mastra): string[] => mastra.getServer()?.apiRoutes?.map(({ path }) => path) ?? [];
const theirs = { path: '/theirs', method: 'GET', handler: () => new Response() } as const;

/** Registers inside of the constructor, as Mastra does it. */
function mastraWith(server?: ConstructorParameters<typeof Mastra>[0]) {
  let undo = (): void => undefined;
  const perf = {
    id: 'perf',
    name: 'perf',
    processInput: () => [],
    __registerMastra: (mastra: Mastra) => void (undo = addRoutes(mastra as unknown as MastraLike, [route()])),
  };
  const mastra = new Mastra({ logger: false, processors: { perf: perf as never }, ...server });
  return { mastra, undo: () => undo() };
}

describe('routes', () => {
  it('are beside those of the config, which Mastra takes up after the registration', () => {
    const { mastra, undo } = mastraWith({ server: { port: 1, apiRoutes: [theirs] } });
    expect(pathsOf(mastra)).toEqual(['/theirs', '/perf']);
    expect(mastra.getServer()?.port).toBe(1);
    expect(mastra.getServer()).toBe(mastra.getServer());
    undo();
    expect(mastra.getServer()).toEqual({ port: 1, apiRoutes: [theirs] });
    expect(Object.hasOwn(mastra, 'getServer')).toBe(false);
  });

  it('stay when the app sets another server, made of this one or not', () => {
    const { mastra, undo } = mastraWith();
    mastra.setServer({ ...mastra.getServer(), port: 2 });
    expect(pathsOf(mastra)).toEqual(['/perf']);
    mastra.setServer({ apiRoutes: [theirs] });
    expect(pathsOf(mastra)).toEqual(['/theirs', '/perf']);
    mastra.setServer({ ...mastra.getServer(), port: 3 });
    expect(pathsOf(mastra)).toEqual(['/theirs', '/perf']);
    undo();
    expect(mastra.getServer()).toEqual({ port: 3, apiRoutes: [theirs] });
  });

  it('leave nothing where there was no server', () => {
    const { mastra, undo } = mastraWith();
    mastra.setServer(mastra.getServer()!);
    undo();
    expect(mastra.getServer()).toBeUndefined();
  });

  it('are refused where those of Mastra are', () => {
    const mastra = new Mastra({ logger: false, server: { apiPrefix: '/v1/' } });
    const add = (path: string) => () => addRoutes(mastra as unknown as MastraLike, [route(path)]);
    expect(add('/v1')).toThrow('/v1');
    expect(add('/v1/perf')).toThrow('a path that is not below "/v1"');
    expect(Object.hasOwn(mastra, 'getServer')).toBe(false);
    expect(add('/v10')).not.toThrow();
  });
});
