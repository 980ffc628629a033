import { words } from './terms.ts';

/** "Ann: ", "Dr. Ann Lee: " or "王芳：" at the beginning: a name of at most three words. */
const PREFIX =
  /^\s*([\p{Lu}\p{Lo}][\p{L}\p{M}'’.-]{0,30}(?: [\p{Lu}\p{Lo}][\p{L}\p{M}'’.-]{0,30}){0,2})[:：]/u;

/** The words by which a question may name who speaks: `speaker` where it is known, else the name before a first colon. */
export function speakerNames(text: string, speaker?: string): readonly string[] {
  return words(speaker ?? PREFIX.exec(text)?.[1] ?? '').filter((word) => word.length > 1);
}
