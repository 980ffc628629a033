import type { Answer } from './ask.ts';

/** Says for every call what is not as it must be: equal answers, and failures where they are meant and nowhere else. */
export function compareAnswers(without: readonly Answer[], withPerf: readonly Answer[]): string[] {
  return without.flatMap((before, i) => {
    const after = withPerf[i];
    const who = `${before.call.user}, "${before.call.question}"`;
    if (!after) return [`${who}: not played with the plugin`];
    return [
      ...unexpected(before, `${who}, without the plugin`),
      ...unexpected(after, `${who}, with the plugin`),
      ...(before.text === after.text
        ? []
        : [`${who}: the answers differ:\n    ${before.text}\n    ${after.text}`]),
      ...(before.error === after.error
        ? []
        : [`${who}: the errors differ: ${before.error ?? 'none'} / ${after.error ?? 'none'}`]),
    ];
  });
}

function unexpected({ call, text, error }: Answer, who: string): string[] {
  if (call.refused) return error === undefined ? [`${who}: expected to be refused, was answered`] : [];
  if (error !== undefined) return [`${who}: failed: ${error}`];
  return text === '' ? [`${who}: the answer is empty`] : [];
}
