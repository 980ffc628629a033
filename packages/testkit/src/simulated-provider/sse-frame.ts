/** One server-sent event and how many output tokens it carries. */
export interface SseFrame {
  readonly event?: string;
  readonly data: unknown;
  readonly tokens: number;
}

export interface Usage {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** What names one reply. */
export interface ReplyHead {
  readonly n: number;
  readonly model: string;
  /** Unix seconds. */
  readonly created: number;
}

export const DONE = '[DONE]';

export function sseText({ event, data }: SseFrame): string {
  const body = data === DONE ? DONE : JSON.stringify(data);
  return `${event ? `event: ${event}\n` : ''}data: ${body}\n\n`;
}
