import {
  startSimulatedProvider,
  type ProviderFault,
  type ProviderLogEntry,
  type ProviderRequest,
  type SimulatedProvider,
} from '@mastra-perf/testkit';
import { HEADERS, type Asking } from '../headers.ts';
import { numberIn } from '../traffic/questions.ts';
import { provideAnswer, questionOf } from './provider-answers.ts';

/** Who asked, for a request of the provider's log. */
export interface AskedBy extends Asking {
  readonly process: string;
}

export interface LoggedRequest {
  readonly by: AskedBy;
  /** Which question it was about; -1 if none. */
  readonly number: number;
  readonly entry: ProviderLogEntry;
}

/** Decides what goes wrong with a request. */
export type Misfortune = (request: ProviderRequest) => ProviderFault | undefined;

export interface HouseProvider extends AsyncDisposable {
  readonly url: string;
  readonly server: SimulatedProvider;
  readonly requests: () => readonly LoggedRequest[];
  /** Until it is set again. */
  suffer(misfortune: Misfortune | undefined): void;
}

export const PACE = { timeToFirstTokenMs: 25, tokensPerSecond: 1500 } as const;

export async function startHouseProvider(): Promise<HouseProvider> {
  const asked = new Map<number, Omit<LoggedRequest, 'entry'>>();
  let misfortune: Misfortune | undefined;
  const server = await startSimulatedProvider({
    ...PACE,
    answer: provideAnswer,
    fail(request, n) {
      asked.set(n, { by: askerOf(request), number: numberIn(questionOf(request)) });
      return misfortune?.(request);
    },
  });
  return {
    url: server.url,
    server,
    requests: () =>
      server.log.flatMap((entry) => {
        const known = asked.get(entry.n);
        return known ? [{ ...known, entry }] : [];
      }),
    suffer(next) {
      misfortune = next;
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function askerOf({ headers }: ProviderRequest): AskedBy {
  const said = (name: string): string => String(headers[name] ?? 'none');
  return {
    user: said(HEADERS.user),
    call: said(HEADERS.call),
    phase: said(HEADERS.phase),
    process: said(HEADERS.process),
  };
}
