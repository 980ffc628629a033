import type { Answer } from '../day/ask.ts';

/** One conversation as it went without and with the plugin. */
export function conversation(without: readonly Answer[], withPerf: readonly Answer[]): string {
  return without
    .map((before, i) => {
      const after = withPerf[i];
      return [
        `${before.call.user}: ${before.call.question}`,
        `  without  ${timed(before)}`,
        `  with     ${after ? timed(after) : 'not played'}`,
        `  equal    ${before.text === after?.text ? 'yes' : 'NO'}`,
      ].join('\n');
    })
    .join('\n');
}

function timed(answer: Answer): string {
  const line = (answer.error ?? answer.text).replaceAll(/\s+/g, ' ');
  const outcome = answer.outcome === undefined ? '' : `${answer.outcome}: `;
  return `${`${Math.round(answer.ms)} ms`.padStart(8)}  ${outcome}${line.length <= 150 ? line : `${line.slice(0, 149)}…`}`;
}
