import type { ModelRequest } from '../pipeline/call.ts';
import { finishReasonOf, isContent, isDelta, isFinish, type StreamPart } from '../pipeline/parts.ts';

/** Looks at an answer while it streams, so that at its end it is known whether it may be stored. */
export interface StorableCheck {
  see(part: StreamPart): void;
  /** Why the answer that was seen, if it is complete, may not be stored; `undefined` when it may. */
  refusal(): string | undefined;
}

export function storableCheck(request: ModelRequest, storeTruncated: boolean): StorableCheck {
  const wantsJson = request.responseFormat?.type === 'json';
  const types = new Set<string>();
  const text: string[] = [];
  let reason: string | undefined;
  let saysSomething = false;
  return {
    see(part) {
      types.add(part.type);
      if (isFinish(part)) reason = finishReasonOf(part);
      saysSomething ||= says(part);
      if (wantsJson && part.type === 'text-delta') text.push(String(part.delta));
    },
    refusal() {
      if (reason === undefined) return 'incomplete';
      if (reason === 'length' ? !storeTruncated : reason !== 'stop' && reason !== 'tool-calls')
        return `finish:${reason}`;
      if (types.has('error')) return 'error';
      // The provider keeps the request that this part asks to approve; a second run could not answer it.
      if (types.has('tool-approval-request')) return 'approval';
      if (!saysSomething) return 'empty';
      // A structured answer that does not parse would fail again from the cache, and again on each retry.
      if (wantsJson && reason === 'stop' && !isJson(text.join(''))) return 'invalid-json';
      return undefined;
    },
  };
}

/** A block that is opened and closed again says nothing yet. */
const says = (part: StreamPart): boolean =>
  isDelta(part)
    ? part.delta !== ''
    : isContent(part) && !/^(text|reasoning|tool-input)-(start|end)$/.test(part.type);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the question was whether it parses
  }
}
