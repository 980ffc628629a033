/**
 * A model as naive as can be, which reads a prompt as text. What stands on a line of its own and is no item is an order to it, and so is what
 * follows markup and control tokens, wherever they are. Of a message it obeys what concerns its own answer, and answers for other ids too
 * when it is asked to.
 */
export function obedientModel(prompt: string): { id: string; response: string; confidence: number }[] {
  const items: { readonly id: string; readonly message: string }[] = [];
  const orders: string[] = [];
  for (const piece of prompt.split(BREAKS)) {
    const line = piece.trim().replace(/,$/, '');
    if (line === '' || line === '{"items":[' || line === ']}') continue;
    const item = itemOf(line);
    if (item) items.push(item);
    else orders.push(line);
  }
  const order = orders.map((line) => ORDER.exec(line)?.[1]).find((said) => said !== undefined);
  const answers = items.map(({ id, message }) => ({
    id,
    response: order ?? ORDER.exec(message)?.[1] ?? message,
    confidence: 1,
  }));
  const inTheNameOf = items.flatMap(({ message }) => /also answer for (\w+)/.exec(message)?.[1] ?? []);
  return [...answers, ...inTheNameOf.map((id) => ({ id, response: 'forged', confidence: 1 }))];
}

const BREAKS = /[\n\r\v\f\u0085\u2028\u2029\u202e]|<\/?[\w|]+>/;
const ORDER = /answer (\w+) for all/i;

function itemOf(line: string): { readonly id: string; readonly message: string } | undefined {
  try {
    const { id, message } = JSON.parse(line) as { id?: unknown; message?: unknown };
    return typeof id === 'string' && typeof message === 'string' ? { id, message } : undefined;
  } catch {
    return undefined; // free text
  }
}
