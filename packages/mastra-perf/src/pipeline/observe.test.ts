import { describe, expect, it, vi } from 'vitest';
import { observe, type EndStatus } from './observe.ts';
import type { StreamPart } from './parts.ts';
import { answerOf, handDriven } from './test-calls.ts';

function watched(source = handDriven()) {
  const seen: StreamPart[] = [];
  const ends: Array<[EndStatus, unknown]> = [];
  const fault = vi.fn();
  const observer = {
    part: (part: StreamPart) => void seen.push(part),
    end: (status: EndStatus, error?: unknown) => void ends.push([status, error]),
  };
  return { source, seen, ends, fault, reader: observe(source, observer, fault) };
}

describe('observe', () => {
  it('passes parts on as they are, and shows them first', async () => {
    const { source, seen, ends, reader } = watched();
    const parts = answerOf('hello');
    source.push(...parts);
    source.end();
    for (const part of parts) {
      const result = await reader.read();
      expect(result.done ? undefined : result.value).toBe(part);
      expect(seen.at(-1)).toBe(part);
      expect(ends).toEqual([]);
    }
    expect(await reader.read()).toEqual({ done: true });
    expect(ends).toEqual([['ok', undefined]]);
  });

  it('tells of the end once, however often it is read or cancelled', async () => {
    const { source, ends, reader } = watched();
    source.end();
    source.end();
    await reader.read();
    await reader.read();
    await reader.cancel('late');
    expect(ends).toEqual([['ok', undefined]]);
  });

  it('tells of a failure, and lets the very error through', async () => {
    const { source, ends, reader } = watched();
    const error = new Error('connection lost');
    source.fail(error);
    await expect(reader.read()).rejects.toBe(error);
    expect(ends).toEqual([['error', error]]);
  });

  it('tells of an error part once the answer is over', async () => {
    const { source, ends, reader } = watched();
    source.push({ type: 'error', error: 'overloaded' });
    source.end();
    await reader.read();
    expect(ends).toEqual([]);
    await reader.read();
    expect(ends).toEqual([['error', 'overloaded']]);
  });

  it('tells of an error part also when the reader then gives up, as generate does', async () => {
    const { source, ends, reader } = watched();
    source.push({ type: 'error', error: undefined });
    await reader.read();
    await reader.cancel();
    expect(ends).toEqual([['error', undefined]]);
  });

  it('tells of a cancel and passes it on with its reason', async () => {
    const { source, ends, reader } = watched();
    await reader.cancel('enough');
    expect(ends).toEqual([['aborted', 'enough']]);
    expect(source.cancels).toEqual(['enough']);
  });

  it('keeps what the observer throws from the reader', async () => {
    const source = handDriven();
    const fault = vi.fn();
    const broken = () => {
      throw new Error('observer');
    };
    const reader = observe(source, { part: broken, end: broken }, fault);
    source.push(...answerOf('hi'));
    source.end();
    for (const part of answerOf('hi')) expect(await reader.read()).toEqual({ done: false, value: part });
    expect(await reader.read()).toEqual({ done: true });
    expect(fault).toHaveBeenCalledTimes(answerOf('hi').length + 1);
    expect(fault).toHaveBeenCalledWith(new Error('observer'));
  });

  it('lets several observers see the same, and each fail for itself', async () => {
    const source = handDriven();
    const [parts, ends, faults]: [string[], string[], unknown[]] = [[], [], []];
    const observer = (name: string) => ({
      part: ({ type }: StreamPart) => void parts.push(`${name} ${type}`),
      end: (status: EndStatus) => void ends.push(`${name} ${status}`),
    });
    const broken = () => {
      throw new Error('observer');
    };
    const inner = observe(source, observer('inner'), vi.fn());
    const middle = observe(inner, { part: broken, end: broken }, (error) => faults.push(error));
    const outer = observe(middle, observer('outer'), vi.fn());
    source.push({ type: 'text-start', id: '0' });
    await outer.read();
    await outer.cancel('enough');
    expect(parts).toEqual(['inner text-start', 'outer text-start']);
    expect(ends).toEqual(['inner aborted', 'outer aborted']);
    expect(faults).toEqual([new Error('observer'), new Error('observer')]);
    expect(source.cancels).toEqual(['enough']);
  });

  it('needs no observer', async () => {
    const source = handDriven();
    source.push({ type: 'text-start', id: '0' });
    expect(await observe(source, {}, vi.fn()).read()).toMatchObject({ done: false });
  });
});
