/** An answer as an application uses it: without ids and times, which differ from call to call. */
export interface Told {
  readonly text: unknown;
  readonly object?: unknown;
  readonly finishReason: unknown;
  readonly steps: number;
  readonly toolResults: readonly string[];
  /** Zero for what no model was asked for. */
  readonly used: readonly unknown[];
}

interface Answer {
  readonly text?: unknown;
  readonly object?: unknown;
  readonly finishReason?: unknown;
  readonly steps?: readonly unknown[];
  readonly toolResults?: readonly { readonly payload?: ToolResult }[];
  readonly totalUsage?: { readonly inputTokens?: unknown; readonly outputTokens?: unknown };
}

interface ToolResult {
  readonly toolName?: unknown;
  readonly args?: unknown;
  readonly result?: unknown;
}

export function told(given: object): Told {
  const { text, object, finishReason, steps = [], toolResults = [], totalUsage } = given as Answer;
  return {
    text,
    object,
    finishReason,
    steps: steps.length,
    toolResults: toolResults.map(({ payload }) => withoutIds(payload)),
    used: [totalUsage?.inputTokens, totalUsage?.outputTokens],
  };
}

/** What a stream told part by part, and what it resolves to; both must be the same answer. */
export async function toldByStream(given: object): Promise<unknown> {
  const stream = given as Record<string, unknown> & { readonly fullStream: AsyncIterable<StreamedPart> };
  const kinds: string[] = [];
  let text = '';
  for await (const { type, payload } of stream.fullStream) {
    if (kinds.at(-1) !== type) kinds.push(type);
    if (type === 'text-delta') text += payload?.text ?? '';
  }
  const fields = ['text', 'object', 'finishReason', 'steps', 'toolResults', 'totalUsage'];
  const settled = await Promise.allSettled(fields.map(async (field) => [field, await stream[field]]));
  const known = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return { kinds, streamed: text, ...told(Object.fromEntries(known)), error: messageOf(stream['error']) };
}

interface StreamedPart {
  readonly type: string;
  readonly payload?: { readonly text?: string };
}

/** What a call ended with: its answer, or why there is none. */
export const ending = async (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => ({ rejected: messageOf(error) }));

const messageOf = (error: unknown): string | undefined =>
  error === undefined || error === null
    ? undefined
    : String((error as { readonly message?: unknown }).message ?? error);

export const withoutIds = (value: unknown): string =>
  JSON.stringify(value, (key, one: unknown) => (/(^id|Id)$|At$/.test(key) ? undefined : one)) ?? '';

/** The same without what was used, which is nothing where no model was asked. */
export function withoutUsage(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutUsage);
  const kept = Object.entries(value).filter(([key]) => key !== 'used');
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutUsage(one)]));
}
