import { describe, expect, it, vi } from 'vitest';
import { settled } from '../base/test-clock.ts';
import type { StreamPart } from './parts.ts';
import { readerOfParts, readerOfStream, streamOfReader } from './reader.ts';
import { answerOf, handDriven } from './test-calls.ts';

const parts = answerOf('hello');

async function drain(stream: ReadableStream<StreamPart>): Promise<StreamPart[]> {
  const all: StreamPart[] = [];
  for await (const part of stream) all.push(part);
  return all;
}

describe('readers', () => {
  it('go through a web stream and back', async () => {
    const again = readerOfStream(streamOfReader(readerOfParts(parts)));
    expect(await drain(streamOfReader(again))).toEqual(parts);
  });

  it('of parts end, and stay at their end', async () => {
    const reader = readerOfParts([parts[0]!]);
    expect(await reader.read()).toEqual({ done: false, value: parts[0] });
    expect(await reader.read()).toEqual({ done: true });
    expect(await reader.read()).toEqual({ done: true });
  });

  it('of a generator stop it when cancelled', async () => {
    const cleanedUp = vi.fn();
    const reader = readerOfParts(
      (function* () {
        try {
          yield* parts;
        } finally {
          cleanedUp();
        }
      })(),
    );
    await reader.read();
    await reader.cancel();
    expect(cleanedUp).toHaveBeenCalledTimes(1);
    expect(await reader.read()).toEqual({ done: true });
  });
});

describe('streamOfReader', () => {
  it('reads nothing before somebody asks for it', async () => {
    const source = handDriven();
    const read = vi.spyOn(source, 'read');
    const stream = streamOfReader(source).getReader();
    await settled();
    expect(read).not.toHaveBeenCalled();
    source.push(...parts);
    await stream.read();
    await settled();
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('fails with the very error of its source', async () => {
    const source = handDriven();
    const error = new Error('connection lost');
    source.fail(error);
    await expect(streamOfReader(source).getReader().read()).rejects.toBe(error);
  });

  it('gives all parts that came before a failure, however slowly they are read', async () => {
    const error = new Error('connection lost');
    const left = parts.slice(0, 3);
    const source = {
      read: () => (left.length > 0 ? { done: false as const, value: left.shift()! } : Promise.reject(error)),
      cancel: async () => undefined,
    };
    const stream = streamOfReader(source).getReader();
    for (const value of parts.slice(0, 3)) {
      expect(await stream.read()).toEqual({ done: false, value });
      await settled();
    }
    await expect(stream.read()).rejects.toBe(error);
  });

  it('passes a cancel on', async () => {
    const source = handDriven();
    await streamOfReader(source).cancel('enough');
    expect(source.cancels).toEqual(['enough']);
  });
});

describe('readerOfStream', () => {
  it('cancels the stream', async () => {
    const cancel = vi.fn();
    await readerOfStream(new ReadableStream({ cancel })).cancel('enough');
    expect(cancel).toHaveBeenCalledExactlyOnceWith('enough');
  });

  it('fails with the very error of the stream', async () => {
    const error = new Error('connection lost');
    const stream = new ReadableStream({ start: (controller) => controller.error(error) });
    await expect(readerOfStream(stream).read()).rejects.toBe(error);
  });
});
