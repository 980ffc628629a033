/**
 * Tells a listener of a bus. What it throws must not reach the other listeners nor the connection, and nobody waits for it: it
 * becomes a warning.
 */
export function tellListener(topic: string, tell: () => void): void {
  try {
    tell();
  } catch (error) {
    process.emitWarning(`a listener of the bus threw at topic '${topic}': ${String(error)}`, {
      code: 'MASTRA_PERF_LISTENER',
      type: 'MastraPerfWarning',
    });
  }
}
