import { createTool } from '@mastra/core/tools';
import { z } from 'zod';

/** A tool with a long result, so that there is something to shorten. */
export const weather = (options: object = {}) =>
  createTool({
    id: 'weather',
    description: 'The weather',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => ({ city, sky: 'blue', notes: 'it stays so for a while. '.repeat(20) }),
    ...options,
  });
