import { get_encoding } from 'tiktoken';

const FRAME = 4;

export interface SentMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
}

/** Counts as OpenAI does: o200k and 4 for each message. Not with code of ours, which is what is measured. */
export interface ExactCount {
  text(text: string): number;
  message(message: SentMessage): number;
  prompt(prompt: readonly SentMessage[]): number;
}

export function exactCount(): ExactCount {
  const encoding = get_encoding('o200k_base');
  const known = new Map<string, number>();
  const text = (one: string): number => {
    let tokens = known.get(one);
    if (tokens === undefined) known.set(one, (tokens = encoding.encode_ordinary(one).length));
    return tokens;
  };
  const message = (one: SentMessage): number =>
    FRAME + partsOf(one).reduce((sum, part) => sum + text(part), 0);
  return { text, message, prompt: (prompt) => prompt.reduce((sum, one) => sum + message(one), 0) };
}

export const partsOf = ({ content }: SentMessage): readonly string[] =>
  typeof content === 'string' ? [content] : content.map(({ text = '' }) => text);
