import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { serve } from '@hono/node-server';
import { handleChatStream, smoothStream } from '@mastra/ai-sdk';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { Memory } from '@mastra/memory';
import type { MockLanguageModel } from '@mastra-perf/testkit';
import { createUIMessageStreamResponse, type UIMessageChunk } from 'ai';
import { Hono } from 'hono';
import type { Perf } from 'mastra-perf';
import { rolldown } from 'rolldown';
import { ROOT } from '../docs/repository.ts';

export interface ChatServer extends AsyncDisposable {
  readonly url: string;
  /** Requests for answers that have neither ended nor been given up. */
  readonly pending: () => number;
}

/** A page with a chat, and the route that answers it; not a Mastra server. */
export async function chatServer(model: MockLanguageModel, perf: Perf): Promise<ChatServer> {
  const support = new Agent({
    id: 'support',
    name: 'support',
    instructions: 'Answer.',
    model: model as never,
    memory: new Memory({ options: { lastMessages: 10 } }),
  });
  const mastra = new Mastra({
    agents: { support },
    storage: new InMemoryStore(),
    logger: false,
    processors: { perf },
  });
  const script = await bundled(path.join(ROOT, 'house/chat-page/main.ts'));
  const pending = new Set<object>();

  const app = new Hono();
  app.get('/', (c) =>
    c.html('<!doctype html><title>Chat</title><div id="root"></div><script src="/chat.js"></script>'),
  );
  app.get('/chat.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' }));
  app.post('/chat', async (c) => {
    const user = c.req.header('authorization')?.replace('Bearer ', '');
    if (!user) return c.text('Who are you?', 401);
    // `never`: @mastra/ai-sdk has a copy of the types of `ai`, which are not the same under exactOptionalPropertyTypes.
    const { thread, messages } = await c.req.json<{ readonly thread: string; readonly messages: never }>();
    const stream = await handleChatStream({
      mastra,
      agentId: 'support',
      version: 'v7',
      // What is there at once, from a cache or from a fast provider, is shown in one piece; this lets all answers grow.
      defaultOptions: { experimentalTransform: smoothStream({ delayInMs: 10 }) },
      params: {
        messages,
        memory: { thread: `${user}-${thread}`, resource: user },
        abortSignal: c.req.raw.signal,
      },
    });
    return createUIMessageStreamResponse({
      stream: counted(stream as ReadableStream<UIMessageChunk>, pending),
    });
  });

  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pending: () => pending.size,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await perf.close();
    },
  };
}

/** The stream itself, in the set for as long as somebody reads it. */
function counted<T>(stream: ReadableStream<T>, pending: Set<object>): ReadableStream<T> {
  const reader = stream.getReader();
  pending.add(reader);
  const over = (): void => void pending.delete(reader);
  reader.closed.then(over, over);
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function bundled(file: string): Promise<string> {
  const build = await rolldown({
    input: file,
    platform: 'browser',
    logLevel: 'silent', // directives such as 'use client', which mean nothing in a page
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  const { output } = await build.generate({ format: 'iife' });
  await build.close();
  return output[0].code;
}
