import type * as z from 'zod/mini';
import { PerfConfigError } from '../errors.ts';
import { nearestName } from './nearest-name.ts';

/**
 * Parses options and turns the first problem into an error that names the path, what was given and what is accepted.
 *
 * @throws PerfConfigError
 */
export function parseOptions<T>(schema: z.ZodMiniType<T>, given: unknown, root: string): T {
  // Compiling a schema pays where it is used often.
  const result = schema.safeParse(given, { jitless: true });
  if (result.success) return result.data;
  throw configError(deepest(result.error.issues), given, root);
}

type Issue = z.core.$ZodIssue;

function configError(issue: Issue, given: unknown, root: string): PerfConfigError {
  const parent = pathText(root, issue.path);
  const value = valueAt(given, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return new PerfConfigError(
      pathText(parent, [key]),
      withoutText(valueAt(value, [key])),
      acceptedInstead(key, knownKeys(issue)),
    );
  }
  return new PerfConfigError(parent, value, issue.message);
}

/** Of a union (`false | true | options`) the branch that got furthest tells what is wrong; a wrong type tells the union. */
function deepest(issues: readonly Issue[], path: readonly PropertyKey[] = []): Issue {
  const issue = issues[0] as Issue;
  const here = { ...issue, path: [...path, ...issue.path] };
  if (issue.code !== 'invalid_union') return here;
  const inner = issue.errors.flatMap((branch) => branch).filter((found) => isInside(found));
  return inner.length > 0 ? deepest(inner, here.path) : here;
}

/** What was given to an option that does not exist may be a secret that was meant for one that does. */
const withoutText = (value: unknown): unknown => {
  if (typeof value === 'string') return `(a text of ${value.length} characters, not shown)`;
  return Array.isArray(value) ? `(an array of ${value.length}, not shown)` : value;
};

const isInside = (issue: Issue): boolean => issue.path.length > 0 || issue.code === 'unrecognized_keys';

/** Set by the schema of an object of options; zod itself does not tell which keys it knows. */
const knownKeys = (issue: Issue): string[] => /^known: (.+)$/.exec(issue.message)?.[1]?.split(', ') ?? [];

function acceptedInstead(key: string, known: readonly string[]): string {
  if (known.length === 0) return 'no options here yet';
  const near = nearestName(key, known);
  return `one of: ${known.join(', ')}${near === undefined ? '' : ` (did you mean "${near}"?)`}`;
}

function pathText(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return /^[A-Za-z_$][\w$]*$/.test(String(key))
      ? `${text}.${String(key)}`
      : `${text}[${JSON.stringify(String(key))}]`;
  }, root);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}
