import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { settled, testClock } from '../base/test-clock.ts';
import { compose } from '../pipeline/compose.ts';
import { callOf, textFrom } from '../pipeline/test-calls.ts';
import { coalesce } from './coalesce.ts';
import { always, piece, upstreamModel, type Upstream } from './test-upstreams.ts';

vi.setConfig({ testTimeout: 120_000 });

type Step =
  | { readonly do: 'join'; readonly method: 'generate' | 'stream'; readonly canAbort: boolean }
  | { readonly do: 'abort' | 'say' | 'finish' | 'fail' | 'refuse'; readonly which: number }
  | { readonly do: 'end turn' }
  | { readonly do: 'ticks'; readonly count: number };

const join = fc.record({
  do: fc.constant('join' as const),
  method: fc.constantFrom('generate', 'stream'),
  canAbort: fc.boolean(),
});
const one = (...names: Array<Exclude<Step['do'], 'join' | 'end turn' | 'ticks'>>) =>
  fc.record({ do: fc.constantFrom(...names), which: fc.nat(5) });
const ticks = fc.record({ do: fc.constant('ticks' as const), count: fc.nat(12) });
const endTurn = fc.constant({ do: 'end turn' as const });

interface Passenger {
  readonly abort: () => void;
  readonly signal: AbortSignal;
  readonly reason: Error;
  asked: number;
  result?: { readonly text: string } | { readonly error: unknown };
}

interface Line extends Upstream {
  /** What the model has said so far, all of it when it has finished. */
  said: string;
  state: 'silent' | 'speaking' | 'finished' | 'failed' | 'refused';
  readonly error: Error;
}

const isOver = ({ state, signal }: Line): boolean =>
  signal.aborted || !['silent', 'speaking'].includes(state);

/** A model and its callers, every move of which is made from outside. */
function stage(heedsAbort: boolean) {
  const clock = testClock();
  const fault = vi.fn();
  const model = upstreamModel({ heedsAbort });
  const run = compose([coalesce({ ...always, clock, settingsOf: () => ({}) })], fault);
  const passengers: Passenger[] = [];
  const lines: Line[] = [];

  const invokeFor =
    (passenger: Passenger): typeof model.invoke =>
    (request, method) => {
      passenger.asked++;
      expect(lines.every(isOver), 'never two model calls at a time').toBe(true);
      const reply = model.invoke(request, method);
      lines.push(
        Object.assign(model.upstreams.at(-1)!, {
          said: '',
          state: 'silent' as const,
          error: new Error(`model ${lines.length}`),
        }),
      );
      return reply;
    };

  const moves = {
    join(method: 'generate' | 'stream', canAbort: boolean) {
      const controller = new AbortController();
      const reason = new Error(`caller ${passengers.length}`);
      const { signal } = controller;
      const passenger: Passenger = {
        signal,
        reason,
        asked: 0,
        abort: () => canAbort && controller.abort(reason),
      };
      passengers.push(passenger);
      const call = callOf(
        { invoke: invokeFor(passenger) },
        { method, request: canAbort ? { abortSignal: signal } : {} },
      );
      textFrom(run(call)).then(
        (text) => (passenger.result = { text }),
        (error: unknown) => (passenger.result = { error }),
      );
    },
    abort: (which: number) => passengers[which % passengers.length]?.abort(),
    say(line: Line) {
      const text = `${lines.indexOf(line)}/${line.said.length} `;
      line.said += text;
      line.state = 'speaking';
      line.answer(piece(text));
    },
    finish(line: Line) {
      moves.say(line);
      line.state = 'finished';
      line.finish();
    },
    fail(line: Line) {
      line.answer();
      line.state = 'failed';
      line.parts.fail(line.error);
    },
    refuse(line: Line) {
      if (line.state !== 'silent') return;
      line.state = 'refused';
      line.refuse(line.error);
    },
  };

  async function play(steps: readonly Step[]) {
    for (const step of steps) {
      if (step.do === 'join') moves.join(step.method, step.canAbort);
      else if (step.do === 'end turn') clock.endTurn();
      else if (step.do === 'abort') moves.abort(step.which);
      else if (step.do === 'ticks') for (let tick = 0; tick < step.count; tick++) await Promise.resolve();
      else {
        const line = lines[step.which % lines.length];
        if (line && !isOver(line)) moves[step.do](line);
      }
    }
  }

  /** Lets every model call that somebody still waits for come to a good end. */
  async function conclude() {
    for (let round = 0; round < 4; round++) {
      await settled();
      clock.endTurn();
      await settled();
      for (const line of lines) if (!isOver(line)) moves.finish(line);
    }
    await settled();
  }

  function check() {
    for (const { result, asked, signal, reason } of passengers) {
      expect(result, 'everyone is answered or refused').toBeDefined();
      expect(asked, 'nobody calls the model twice').toBeLessThanOrEqual(1);
      if (!result) continue;
      if ('text' in result) {
        const answers = lines.filter(({ state }) => state === 'finished').map(({ said }) => said);
        expect(answers, 'an answer is all of one answer').toContain(result.text);
      } else {
        const own = signal.aborted ? [reason] : [];
        const refusals = lines
          .filter(({ state }) => state === 'failed' || state === 'refused')
          .map(({ error }) => error);
        expect([...own, ...refusals], 'a failure is the own abort or what the model said').toContain(
          result.error,
        );
      }
    }
    expect(fault).not.toHaveBeenCalled();
  }

  return { play, conclude, check, lines };
}

it('whatever happens in whatever order, everyone gets all of an answer, the own abort, or what the model said', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          { arbitrary: join, weight: 4 },
          { arbitrary: one('abort', 'say', 'finish', 'fail', 'refuse'), weight: 5 },
          { arbitrary: ticks, weight: 3 },
          { arbitrary: endTurn, weight: 1 },
        ),
        { maxLength: 40 },
      ),
      fc.boolean(),
      async (steps, heedsAbort) => {
        const { play, conclude, check } = stage(heedsAbort);
        await play(steps);
        await conclude();
        check();
      },
    ),
    { numRuns: 1000 },
  ));

it('callers that came together cost two model calls at most, whatever the model does', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(join, { minLength: 1, maxLength: 8 }),
      fc.array(fc.oneof(one('abort', 'fail', 'refuse', 'say'), ticks, endTurn), { maxLength: 20 }),
      fc.boolean(),
      async (joins, steps, heedsAbort) => {
        const { play, conclude, check, lines } = stage(heedsAbort);
        await play(joins);
        await play(steps);
        await conclude();
        check();
        expect(lines.length).toBeLessThanOrEqual(2);
      },
    ),
    { numRuns: 1000 },
  ));
