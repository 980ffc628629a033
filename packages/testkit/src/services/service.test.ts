import { afterEach, expect, test, vi } from 'vitest';
import { service } from './service.ts';
import { ServiceUnavailableError } from './service-unavailable-error.ts';

const missing = () => Promise.reject(new ServiceUnavailableError('Install it.'));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('a service that starts', async () => {
  expect(await service(async () => 7, 'Seven')).toEqual({ skip: undefined, service: 7 });
});

test('locally, a missing one is told in one line', async () => {
  vi.stubEnv('CI', 'false');
  vi.stubEnv('MASTRA_PERF_REQUIRE_SERVICES', undefined);
  const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const got = await service(missing, 'Redis');
  expect(got.skip).toBe('tests with Redis are skipped. Install it.');
  expect(printed.mock.calls).toEqual([[`${got.skip}\n`]]);
  expect(() => got.service).toThrow('Install it.');
});

test.each(['CI', 'MASTRA_PERF_REQUIRE_SERVICES'])('with %s, a missing one fails', async (name) => {
  vi.stubEnv('CI', undefined);
  vi.stubEnv('MASTRA_PERF_REQUIRE_SERVICES', undefined);
  vi.stubEnv(name, '1');
  await expect(service(missing, 'Redis')).rejects.toThrow('Install it.');
});

test('a service that is broken, not missing, always fails', async () => {
  await expect(service(() => Promise.reject(new Error('bug')), 'Redis')).rejects.toThrow('bug');
});
