import type { ModelRequest, PromptMessage } from '../../pipeline/call.ts';
import type { MarkerDialect, Ttl } from './dialect.ts';
import { ownMarkers } from './own-markers.ts';
import { recordIn, type AnyRecord } from '../../base/record.ts';
import { stablePlaces } from './stable-places.ts';

/** More than that Anthropic refuses. */
const MAX_MARKERS = 4;

export interface Marked {
  readonly request: ModelRequest;
  /** How many were added. */
  readonly markers: number;
}

/** Marks the stable places that are not marked yet, as many as there may still be. What is not marked is not copied. */
export function withMarkers(request: ModelRequest, dialect: MarkerDialect, isPassing: boolean): Marked {
  const own = ownMarkers(request);
  const free = MAX_MARKERS - own.count;
  if (free <= 0) return { request, markers: 0 };
  const places = stablePlaces(request, dialect, isPassing)
    .filter((place) => !own.places.has(place))
    .slice(0, free);
  if (places.length === 0) return { request, markers: 0 };

  const prompt = [...request.prompt];
  const tools: unknown[] = Array.isArray(request.tools) ? [...request.tools] : [];
  for (const place of places) {
    // Those for an hour must come first. It costs no more: the later marker writes this part for an hour anyway.
    const ttl = place < own.lastForAnHour ? '1h' : undefined;
    if (place < 0) tools.splice(place, 1, marked(Object(tools.at(place)), dialect, ttl));
    else prompt.splice(place, 1, markedMessage(Object(prompt[place]), dialect, ttl));
  }
  const hasTools = places.some((place) => place < 0);
  return { request: { ...request, prompt, ...(hasTools && { tools }) }, markers: places.length };
}

function markedMessage(message: PromptMessage, dialect: MarkerDialect, ttl: Ttl | undefined): PromptMessage {
  const { content } = message;
  if (!dialect.marksPart(message) || !Array.isArray(content)) return marked(message, dialect, ttl);
  return { ...message, content: [...content.slice(0, -1), marked(Object(content.at(-1)), dialect, ttl)] };
}

function marked<T extends object>(target: T, dialect: MarkerDialect, ttl: Ttl | undefined): T {
  const { namespace, field, marker } = dialect;
  const options: AnyRecord = recordIn(target, 'providerOptions') ?? {};
  return {
    ...target,
    providerOptions: { ...options, [namespace]: { ...recordIn(options, namespace), [field]: marker(ttl) } },
  };
}
