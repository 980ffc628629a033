import { describe, expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { compose } from '../pipeline/compose.ts';
import { answerOf, callOf, textFrom, type CallSettings } from '../pipeline/test-calls.ts';
import { coalesce } from './coalesce.ts';
import { always, piece, upstreamModel, type UpstreamOptions } from './test-upstreams.ts';

function setUp(options: UpstreamOptions = {}) {
  const clock = testClock();
  const fault = vi.fn();
  const model = upstreamModel(options);
  const run = compose([coalesce({ ...always, clock, settingsOf: () => ({}) })], fault);
  const join = (method: 'generate' | 'stream' = 'stream', settings: CallSettings = {}) => {
    const controller = new AbortController();
    const reply = run(callOf(model, { method, request: { abortSignal: controller.signal }, ...settings }));
    const text = textFrom(reply);
    text.catch(() => undefined); // looked at later, or never
    return { text, abort: (reason: unknown) => controller.abort(reason), reply };
  };
  return { ...model, clock, fault, join };
}

const gone = new Error('enough');

describe('who aborts', () => {
  it.each(['before the model answers', 'while it answers'])(
    'leaves alone, also the one who called the model: %s',
    async (when) => {
      const { join, upstreams, asked, fault } = setUp();
      const [leader, ...others] = [join(), join(), join('generate')];
      if (when === 'while it answers') {
        upstreams[0]!.answer(piece('hel'));
        await settled();
      }
      leader!.abort(gone);
      await expect(leader!.text).rejects.toBe(gone);
      expect(upstreams[0]!.signal.aborted).toBe(false);
      upstreams[0]!.answer(...(when === 'while it answers' ? [piece('lo')] : answerOf('hello')));
      upstreams[0]!.finish();
      expect(await Promise.all(others.map(({ text }) => text))).toEqual(['hello', 'hello']);
      expect(asked).toHaveLength(1);
      expect(fault).not.toHaveBeenCalled();
    },
  );

  it('ends the model call when nobody is left, and the next call is a fresh one', async () => {
    const { join, upstreams, asked, fault } = setUp();
    const calls = [join(), join(), join('generate')];
    calls[0]!.abort(gone);
    calls[1]!.abort(gone);
    expect(upstreams[0]!.signal.aborted).toBe(false);
    calls[2]!.abort(gone);
    expect(upstreams[0]!.signal.aborted).toBe(true);
    for (const { text } of calls) await expect(text).rejects.toBe(gone);
    const next = join();
    upstreams[1]!.finish(...answerOf('fresh'));
    expect(await next.text).toBe('fresh');
    expect(asked).toHaveLength(2);
    expect(fault).not.toHaveBeenCalled();
  });

  it('ends it also when the last one only stops reading', async () => {
    const { join, upstreams } = setUp();
    const [reading, cancelling] = [join(), join()];
    upstreams[0]!.answer(piece('hel'));
    const { parts } = await cancelling.reply;
    await parts.cancel();
    expect(upstreams[0]!.signal.aborted).toBe(false);
    reading.abort(gone);
    expect(upstreams[0]!.signal.aborted).toBe(true);
  });

  it('stops reading what the model says when the model does not heed the abort', async () => {
    const { join, upstreams } = setUp({ heedsAbort: false });
    const [one, two] = [join(), join()];
    upstreams[0]!.answer(piece('hel'));
    await settled();
    one.abort(gone);
    two.abort(gone);
    await settled();
    expect(upstreams[0]!.parts.cancels).toEqual([expect.objectContaining({ name: 'AbortError' })]);
  });

  it('stops a model that begins to answer when nobody is left', async () => {
    const { join, upstreams } = setUp({ heedsAbort: false });
    join().abort(gone);
    upstreams[0]!.answer(piece('hel'));
    await settled();
    expect(upstreams[0]!.parts.cancels).toHaveLength(1);
  });

  it('counts once, even if the model begins to answer at that moment', async () => {
    for (let ticks = 0; ticks < 12; ticks++) {
      const { join, upstreams } = setUp();
      const [leaving, staying] = [join(), join()];
      upstreams[0]!.answer(piece('hel'));
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      leaving.abort(gone);
      await expect(leaving.text).rejects.toBe(gone);
      expect(upstreams[0]!.signal.aborted, `after ${ticks} ticks`).toBe(false);
      upstreams[0]!.finish(piece('lo'));
      expect(await staying.text).toBe('hello');
    }
  });

  it('is told of the abort also when it had aborted before it came', async () => {
    const { join, asked } = setUp();
    const late = join('stream', { request: { abortSignal: AbortSignal.abort(gone) } });
    await expect(late.text).rejects.toBe(gone);
    expect(asked).toEqual([]);
  });
});

describe('a generate call that aborts while it waits for its turn', () => {
  it('does not leave the others hanging', async () => {
    const { join, upstreams, asked, clock } = setUp();
    const [leader, ...others] = [join('generate'), join('generate'), join('generate')];
    leader!.abort(gone);
    await expect(leader!.text).rejects.toBe(gone);
    await settled();
    expect(asked).toEqual([]); // a stream may still come within this turn
    clock.endTurn();
    await settled();
    upstreams[0]!.finish(...answerOf('hello'));
    expect(await Promise.all(others.map(({ text }) => text))).toEqual(['hello', 'hello']);
    expect(asked).toHaveLength(1);
  });

  it('never reaches the model when it was alone', async () => {
    const { join, upstreams, asked, clock } = setUp();
    const alone = join('generate');
    alone.abort(gone);
    const next = join('generate');
    clock.endTurn();
    await settled();
    await expect(alone.text).rejects.toBe(gone);
    upstreams[0]!.finish(...answerOf('hello'));
    expect(await next.text).toBe('hello');
    expect(asked).toHaveLength(1);
  });
});

describe('a model that refuses', () => {
  const busy = new Error('429');

  it.each<[string, Array<'generate' | 'stream'>]>([
    ['stream calls', ['stream', 'stream', 'stream', 'stream']],
    ['generate calls', ['generate', 'generate', 'generate', 'generate']],
    ['both', ['generate', 'stream', 'generate', 'stream']],
  ])('is asked once more by all others together, and they are answered: %s', async (_what, methods) => {
    const { join, upstreams, asked, clock, fault } = setUp();
    const calls = methods.map((method) => join(method));
    clock.endTurn();
    await settled();
    upstreams[0]!.refuse(busy);
    await settled();
    clock.endTurn();
    await settled();
    expect(asked).toHaveLength(2);
    upstreams[1]!.finish(...answerOf('second'));
    const results = await Promise.allSettled(calls.map(({ text }) => text));
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([
      { status: 'rejected', reason: busy },
    ]);
    expect(
      results.filter((result) => result.status === 'fulfilled' && result.value === 'second'),
    ).toHaveLength(3);
    expect(asked).toHaveLength(2);
    expect(fault).not.toHaveBeenCalled();
  });

  it.each([[busy], ['a text']])('a second time refuses them all: %o', async (second) => {
    const { join, upstreams, asked, clock, fault } = setUp();
    const calls = [join(), join(), join('generate'), join()];
    upstreams[0]!.refuse(busy);
    await settled();
    upstreams[1]!.refuse(second);
    await settled();
    clock.endTurn();
    const results = await Promise.allSettled(calls.map(({ text }) => text));
    expect(results.map((result) => result.status === 'rejected' && result.reason)).toEqual([
      busy,
      second,
      second,
      second,
    ]);
    expect(asked).toHaveLength(2);
    expect(fault).not.toHaveBeenCalled();
  });

  it('at once is asked twice at most, however fast it refuses', async () => {
    const model = upstreamModel();
    const refused: unknown[] = [];
    const run = compose([coalesce({ ...always, clock: testClock(), settingsOf: () => ({}) })], vi.fn());
    const invoke = () => {
      refused.push(busy);
      throw busy;
    };
    const signals = [undefined, new AbortController().signal];
    const calls = Array.from({ length: 20 }, (_, index) => {
      const abortSignal = signals[index % 2];
      return run(callOf({ invoke: invoke as never }, { request: abortSignal ? { abortSignal } : {} }));
    });
    const results = await Promise.allSettled(calls);
    expect(results.every((result) => result.status === 'rejected' && result.reason === busy)).toBe(true);
    expect(refused).toHaveLength(2);
    expect(model.asked).toEqual([]);
  });

  it('is not asked again by those who have aborted meanwhile', async () => {
    const { join, upstreams, asked } = setUp();
    const [leader, leaving] = [join(), join()];
    leaving.abort(gone);
    upstreams[0]!.refuse(busy);
    await expect(leader.text).rejects.toBe(busy);
    await expect(leaving.text).rejects.toBe(gone);
    await settled();
    expect(asked).toHaveLength(1);
  });
});
