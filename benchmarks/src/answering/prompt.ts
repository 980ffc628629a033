interface Prompted {
  readonly prompt: readonly { readonly content: unknown }[];
}

export const promptOf = (question: string) => ({
  prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: question }] }],
});

export function questionOf({ prompt }: Prompted): string {
  const content = prompt[0]?.content as readonly { readonly text: string }[] | undefined;
  return content?.[0]?.text ?? '';
}

export const textOf = ({ content }: { readonly content: readonly object[] }): string =>
  content.map((part) => ('text' in part ? String(part.text) : '')).join('');

/** Reads a streamed answer to its end. */
export async function drained(stream: ReadableStream<object>): Promise<string> {
  let text = '';
  for await (const part of stream) if ('delta' in part) text += String(part.delta);
  return text;
}
