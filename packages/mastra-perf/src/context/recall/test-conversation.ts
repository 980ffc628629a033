import type { Conversation, Reach, StoredMessage } from '../../pipeline/conversation.ts';

/** A stored conversation in memory that notes what it is asked, and waits or fails as told. */
export interface TestConversation extends Conversation {
  readonly rows: StoredMessage[];
  readonly pages: { readonly reach: Reach; readonly from: number | undefined; readonly page: number }[];
  readonly byIds: (readonly string[])[];
  readonly embedded: string[][];
  /** Awaited before each page. */
  beforePage: () => Promise<void> | void;
  /** Awaited before texts are read again. */
  beforeById: () => Promise<void> | void;
  /** Awaited before texts are embedded. */
  beforeEmbed: (texts: readonly string[]) => Promise<void> | void;
  dimensions: number;
  /** That the memory has stored. */
  readonly storedVectors: Map<string, Float32Array>;
}

export interface TestConversationOptions {
  readonly perPage?: number;
  readonly hasEmbedder?: boolean;
  readonly thread?: string;
  readonly storage?: object;
}

export const MINUTE = 60_000;
export const BEGIN = Date.UTC(2026, 0, 5, 9);

/** A minute after the one before. */
export const said = (place: number, text: string, more: Partial<StoredMessage> = {}): StoredMessage => ({
  id: `m${String(place).padStart(5, '0')}`,
  role: place % 2 === 0 ? 'user' : 'assistant',
  texts: [text],
  createdAt: BEGIN + place * MINUTE,
  thread: 't',
  ...more,
});

export function testConversation(
  texts: readonly string[],
  { perPage = 10, hasEmbedder = false, thread = 't', storage = {} }: TestConversationOptions = {},
): TestConversation {
  const conversation: TestConversation = {
    storage,
    thread,
    resource: 'r',
    rows: texts.map((text, place) => said(place, text)),
    pages: [],
    byIds: [],
    embedded: [],
    beforePage: () => undefined,
    beforeById: () => undefined,
    beforeEmbed: () => undefined,
    dimensions: 8,
    storedVectors: new Map(),
    async page(reach, from, page) {
      conversation.pages.push({ reach, from, page });
      await conversation.beforePage();
      const found = conversation.rows
        .filter(({ createdAt }) => createdAt >= (from ?? Number.NEGATIVE_INFINITY))
        .toSorted((a, b) => a.createdAt - b.createdAt)
        .slice(page * perPage, (page + 1) * perPage);
      return { messages: found, isLast: found.length < perPage };
    },
    async byId(_, ids) {
      conversation.byIds.push(ids);
      await conversation.beforeById();
      return conversation.rows.filter(({ id }) => ids.includes(id));
    },
    ...(hasEmbedder && {
      embedder: {
        model: 'test/model',
        async embed(values: readonly string[]) {
          conversation.embedded.push([...values]);
          await conversation.beforeEmbed(values);
          return values.map((text) => vectorOf(text, conversation.dimensions));
        },
        stored: (ids: readonly string[]) =>
          Promise.resolve(
            new Map(
              ids.flatMap((id) => {
                const vector = conversation.storedVectors.get(id);
                return vector ? [[id, vector] as const] : [];
              }),
            ),
          ),
      },
    }),
  };
  return conversation;
}

/** Alike where texts begin with the same letter. */
export function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions).fill(0.1);
  vector[(text.codePointAt(0) ?? 0) % dimensions] = 1;
  return vector;
}
