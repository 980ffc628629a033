import type { ModelRequest } from '../../pipeline/call.ts';
import type { Ttl } from './dialect.ts';
import { isRecord, recordIn } from '../../base/record.ts';

/** The names that providers of the AI SDK read. */
const FIELDS = ['cacheControl', 'cache_control', 'cachePoint'] as const;

/** Markers that are in a request already. */
export interface OwnMarkers {
  readonly count: number;
  /** Where they are: see {@link placesOf}. */
  readonly places: ReadonlySet<number>;
  /** The last place that is marked for an hour; Anthropic refuses markers for five minutes before it. */
  readonly lastForAnHour: number;
}

/**
 * Places in the order in which a provider reads a request: tools are below zero, the last one is -1; messages go by their index. A
 * marker for the whole request stands at its end.
 */
export function ownMarkers({ prompt, tools, providerOptions }: ModelRequest): OwnMarkers {
  const places = new Set<number>();
  let count = 0;
  let lastForAnHour = Number.NEGATIVE_INFINITY;
  const look = (place: number, marked: unknown): void => {
    const marker = markerOf(marked);
    if (!marker) return;
    count++;
    places.add(place);
    if (isRecord(marker) && marker.ttl === ('1h' satisfies Ttl))
      lastForAnHour = Math.max(lastForAnHour, place);
  };
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  for (const [index, tool] of list.entries()) look(index - list.length, tool);
  for (const [place, message] of prompt.entries()) {
    look(place, message);
    for (const part of itemsOf(message.content)) {
      look(place, part);
      const output = recordIn(part, 'output');
      look(place, output);
      for (const item of itemsOf(output?.value)) look(place, item);
    }
  }
  look(prompt.length - 1, { providerOptions });
  return { count, places, lastForAnHour };
}

export const hasMarker = (marked: unknown): boolean => markerOf(marked) !== undefined;

function markerOf(marked: unknown): unknown {
  const options = recordIn(marked, 'providerOptions');
  if (!options) return undefined;
  for (const named of Object.values(options)) {
    if (!isRecord(named)) continue;
    for (const field of FIELDS) if (named[field]) return named[field];
  }
  return undefined;
}

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
