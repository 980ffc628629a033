/** Where the requests of a model go, and by what. */
export interface ModelAddress {
  readonly url: string;
  /** Its own `fetch`, whose connections are not those of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A model of the AI SDK: those of OpenAI have a function, those of Anthropic and Google a text. */
interface SdkModel {
  readonly modelId?: unknown;
  readonly config?: { readonly baseURL?: unknown; readonly url?: unknown; readonly fetch?: unknown };
}

/** A model of Mastra that is found by its name when it is asked. */
interface RoutedModel {
  readonly provider: string;
  readonly modelId: string;
  readonly config: { readonly headers?: Record<string, string> };
  resolveAuth(provider: string, modelId: string): Promise<RouterAuth>;
  resolveLanguageModel(request: object): Promise<unknown>;
}

interface RouterAuth {
  readonly apiKey?: string;
  readonly headers?: Record<string, string>;
}

/**
 * By the shapes of the models of AI SDK and Mastra; `undefined` for others.
 *
 * @throws what Mastra throws for a model that cannot be asked, such as one without a key
 */
export async function modelAddress(model: unknown): Promise<ModelAddress | undefined> {
  return sdkAddress(isRouted(model) ? await routedTo(model) : model);
}

function sdkAddress(model: unknown): ModelAddress | undefined {
  const { config, modelId } = (model ?? {}) as SdkModel;
  if (typeof config !== 'object' || config === null) return undefined;
  const { baseURL, url: urlOf, fetch } = config;
  const given: unknown =
    typeof baseURL === 'string' ? baseURL : typeof urlOf === 'function' ? callUrl(urlOf, modelId) : undefined;
  const url = typeof given === 'string' ? URL.parse(given) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  return { url: url.href, ...(typeof fetch === 'function' && { fetch: fetch as typeof globalThis.fetch }) };
}

function callUrl(urlOf: object, modelId: unknown): unknown {
  try {
    return (urlOf as (request: object) => unknown)({ path: '', modelId });
  } catch {
    return undefined; // another shape than ours
  }
}

const isRouted = (model: unknown): model is RoutedModel =>
  typeof model === 'object' &&
  model !== null &&
  typeof Reflect.get(model, 'resolveAuth') === 'function' &&
  typeof Reflect.get(model, 'resolveLanguageModel') === 'function';

/** As Mastra does it before a request; the model that it makes is then there for the first one. */
async function routedTo(model: RoutedModel): Promise<unknown> {
  const { provider: providerId, modelId, config } = model;
  const auth = await model.resolveAuth(providerId, modelId);
  const headers = { ...config.headers, ...auth.headers };
  return model.resolveLanguageModel({ providerId, modelId, apiKey: auth.apiKey ?? '', auth, headers });
}
