/** Fields that are looked at in one part: what is beyond them is taken to be as long as those are. */
const MOST_FIELDS = 100;
/** What stands around a message, or a field that is no text. */
const FRAME = 8;

/** About how many characters a message has, without writing down what its tools have told. */
export function lengthOf(message: unknown): number {
  const content = field(message, 'content');
  if (typeof content === 'string') return FRAME + content.length;
  if (!Array.isArray(content)) return FRAME + sizeOf(content);
  let length = FRAME;
  for (const part of content as readonly unknown[]) {
    const text = field(part, 'text');
    if (typeof text === 'string') length += text.length;
    else length += isFile(part) ? FRAME : sizeOf(part);
  }
  return length;
}

function sizeOf(value: unknown): number {
  let fields = 0;
  const look = (one: unknown): number => {
    if (typeof one === 'string') return one.length;
    if (typeof one !== 'object' || one === null || ++fields > MOST_FIELDS) return FRAME;
    if (ArrayBuffer.isView(one)) return FRAME;
    if (Array.isArray(one)) {
      const shown = one.slice(0, MOST_FIELDS);
      const size = shown.reduce<number>((sum, each) => sum + look(each), 0);
      return FRAME + (size * one.length) / Math.max(1, shown.length);
    }
    let size = FRAME;
    for (const name in one) size += look((one as Record<string, unknown>)[name]);
    return size;
  };
  return look(value);
}

/** How long it is says nothing of its tokens. */
function isFile(part: unknown): boolean {
  const type = field(part, 'type');
  return type === 'file' || type === 'image';
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
