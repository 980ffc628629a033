import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';
import type { ProviderEndpoint } from './provider-request.ts';

const ENDPOINTS: Partial<Record<string, ProviderEndpoint>> = {
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
  '/v1/embeddings': 'embeddings',
};

/** Which endpoint a request means; throws the 404 or 405 of OpenAI for what there is not. */
export function providerRoute(req: IncomingMessage): ProviderEndpoint | 'models' {
  const path = (req.url ?? '/').split('?')[0] ?? '/';
  const endpoint = path === '/v1/models' ? 'models' : ENDPOINTS[path];
  if (!endpoint) throw new ApiError(404, `Invalid URL (${req.method} ${path})`, 'unknown_url');
  const expected = endpoint === 'models' ? 'GET' : 'POST';
  if (req.method === expected) return endpoint;
  throw new ApiError(
    405,
    `Not allowed to ${req.method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`,
    'method_not_supported',
  );
}
