import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SpokenMessage {
  readonly id: string;
  readonly speaker: string;
  /** The first speaker of a conversation is its user. */
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly createdAt: string;
  readonly tokens: number;
}

export interface Conversation {
  readonly id: string;
  /** Oldest first. */
  readonly messages: readonly SpokenMessage[];
  /** Asked after the last message; `evidence` names the messages that answer. */
  readonly questions: readonly { readonly question: string; readonly evidence: readonly string[] }[];
}

/** The conversations of `context.json` in a folder; their licence keeps them out of this repository. */
export function readConversations(folder: string): readonly Conversation[] {
  const file: { conversations: Conversation[] } = JSON.parse(
    readFileSync(join(folder, 'context.json'), 'utf8'),
  );
  return file.conversations;
}

export const spoken = ({ speaker, text }: SpokenMessage): string => `${speaker}: ${text}`;
