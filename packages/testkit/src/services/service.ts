import { ServiceUnavailableError } from './service-unavailable-error.ts';

export interface Service<T> {
  /** Why tests that need the service must be skipped; undefined if it runs. */
  readonly skip: string | undefined;
  /** The running service; throws if there is none, so read it inside tests and hooks. */
  readonly service: T;
}

/**
 * Starts a service that tests need. If it cannot be had, this fails where `CI` or `MASTRA_PERF_REQUIRE_SERVICES` is
 * set; elsewhere it prints one line that says how to get it, and the tests are to be skipped.
 *
 * @example
 * const redis = await service(startRedis, 'Redis');
 * afterAll(() => redis.skip ?? redis.service.stop());
 * test.skipIf(redis.skip)('...', () => connectTo(redis.service.url));
 */
export async function service<T>(start: () => Promise<T>, name: string): Promise<Service<T>> {
  try {
    return { skip: undefined, service: await start() };
  } catch (error) {
    if (!(error instanceof ServiceUnavailableError) || isSet('CI') || isSet('MASTRA_PERF_REQUIRE_SERVICES'))
      throw error;
    const skip = `tests with ${name} are skipped. ${error.message}`;
    process.stderr.write(`${skip}\n`);
    return {
      skip,
      get service(): T {
        throw error;
      },
    };
  }
}

const isSet = (name: string): boolean => !['', '0', 'false'].includes(process.env[name] ?? '');
