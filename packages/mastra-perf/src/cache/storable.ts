import type { ModelRequest } from '../pipeline/call.ts';
import { finishReasonOf, isContent, isDelta, isFinish, type StreamPart } from '../pipeline/parts.ts';
import type { StoredPart } from '../pipeline/stored-answer.ts';

/** Why a complete answer may not be stored; `undefined` when it may. */
export function refusalToStore(
  stored: readonly StoredPart[],
  request: ModelRequest,
  storeTruncated: boolean,
): string | undefined {
  const parts = stored.map(({ part }) => part);
  const finish = parts.findLast(isFinish);
  if (!finish) return 'incomplete';
  const reason = finishReasonOf(finish);
  if (reason === 'length' ? !storeTruncated : reason !== 'stop' && reason !== 'tool-calls')
    return `finish:${reason}`;
  if (parts.some((part) => part.type === 'error')) return 'error';
  // The provider keeps the request that this part asks to approve; a second run could not answer it.
  if (parts.some((part) => part.type === 'tool-approval-request')) return 'approval';
  if (!parts.some(saysSomething)) return 'empty';
  // A structured answer that does not parse would fail again from the cache, and again on each retry.
  if (request.responseFormat?.type === 'json' && reason === 'stop' && !isJson(textOf(stored)))
    return 'invalid-json';
  return undefined;
}

/** A block that is opened and closed again says nothing yet. */
const saysSomething = (part: StreamPart): boolean =>
  isDelta(part)
    ? part.delta !== ''
    : isContent(part) && !/^(text|reasoning|tool-input)-(start|end)$/.test(part.type);

const textOf = (stored: readonly StoredPart[]): string =>
  stored.map(({ part }) => (part.type === 'text-delta' ? String(part.delta) : '')).join('');

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the question was whether it parses
  }
}
