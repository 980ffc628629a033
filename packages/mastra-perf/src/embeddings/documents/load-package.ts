import { PerfError } from '../../errors.ts';

/** Loads a package that is only there where somebody needs it. */
export async function loadPackage<T>(name: string, purpose: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new PerfError(
      'MASTRA_PERF_MISSING_PACKAGE',
      `${purpose} needs the package ${name}, which cannot be loaded: install it ("npm install ${name}")`,
      { cause: error },
    );
  }
}
