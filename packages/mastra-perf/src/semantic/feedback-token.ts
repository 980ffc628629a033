/** What must be known of an answer that was given, to learn from what is said about it later, in whatever process. */
export interface Given {
  /** Told once only. */
  readonly id: string;
  readonly agent: string;
  /** By what the decision goes. */
  readonly group: string;
  readonly score: number;
  /** Keys of the two questions. */
  readonly asked: string;
  readonly answered: string;
}

const FIELDS = ['id', 'agent', 'group', 'asked', 'answered'] as const;

export const tokenOf = (given: Given): string => Buffer.from(JSON.stringify(given)).toString('base64url');

/** `undefined` for what is no token. */
export function givenIn(token: string): Given | undefined {
  let given: Partial<Given> | null;
  try {
    given = JSON.parse(Buffer.from(token, 'base64url').toString()) as never;
  } catch {
    return undefined; // the caller tells what was expected
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const { score } = given;
  const isComplete = FIELDS.every((field) => typeof given[field] === 'string');
  return isComplete && typeof score === 'number' && score >= 0 && score <= 1 ? (given as Given) : undefined;
}
