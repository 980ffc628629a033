/** An error that the client is told, in OpenAI's shape. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string | null;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    code: string | null = null,
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  get body() {
    return { error: { message: this.message, type: typeOf(this.status), param: null, code: this.code } };
  }
}

/** `retry-after` is whole seconds by RFC 9110, so OpenAI also sends `retry-after-ms`; clients prefer it. */
export function retryAfterHeaders(seconds: number): Record<string, string> {
  return { 'retry-after': String(Math.ceil(seconds)), 'retry-after-ms': String(Math.ceil(seconds * 1000)) };
}

function typeOf(status: number): string {
  if (status === 429) return 'requests';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
