/** A server that a test needs is not there; the message says how to get it. */
export class ServiceUnavailableError extends Error {
  override name = 'ServiceUnavailableError';
}
