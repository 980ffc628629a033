import type { DashboardMeaning, FeedbackRequest } from '../src/dashboard/dashboard-data.ts';
import { judge } from './api.ts';
import { byId, exact, fill, h, nameOf, visible } from './dom.ts';
import { timeOfDay } from './format.ts';
import { tableOf, type Column } from './table.ts';

const JUDGED = { right: '✓ Right', wrong: '✕ Wrong' } as const;
const share = (value: number): HTMLElement => exact(value, value.toFixed(2));

/** What was answered by meaning, and what somebody has to say about it. Returns what shows it. */
export function createMeanings(
  done: () => void,
): (meanings: readonly DashboardMeaning[] | undefined) => void {
  const place = byId('meanings', HTMLElement);
  const list = byId('meanings-list', HTMLElement);
  const result = byId('judged', HTMLElement);

  async function send(request: FeedbackRequest): Promise<void> {
    delete result.dataset['state'];
    result.textContent = 'Sending …';
    try {
      await judge(request);
      result.dataset['state'] = 'ok';
      result.textContent =
        request.verdict === 'right'
          ? 'Thank you: what is as sure as this will be trusted a little more.'
          : 'Thank you: this answer will not be given for that question again.';
    } catch (error) {
      result.dataset['state'] = 'bad';
      result.textContent = error instanceof Error ? visible(error.message) : 'It failed.';
    }
    done();
  }

  const button = ({ id }: DashboardMeaning, verdict: FeedbackRequest['verdict']): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        'data-focus': `${verdict} ${id}`,
        click: () => void send({ id, verdict }),
      },
      verdict === 'right' ? 'Right' : 'Wrong',
    );

  const columns: ReadonlyArray<Column<DashboardMeaning>> = [
    { head: 'At', cell: ({ at }) => timeOfDay(at) },
    { head: 'Agent', cell: ({ agent }) => nameOf(agent) },
    { head: 'Of', isExtra: true, cell: ({ resource }) => (resource === undefined ? '–' : nameOf(resource)) },
    { head: 'Similarity', isNumber: true, isExtra: true, cell: ({ similarity }) => share(similarity) },
    { head: 'Sure', isNumber: true, cell: ({ score }) => share(score) },
    {
      head: 'Was it right?',
      cell: (one) =>
        one.verdict
          ? h('span', { class: one.verdict === 'right' ? 'good' : 'bad' }, JUDGED[one.verdict])
          : h('span', { class: 'verdicts' }, button(one, 'right'), button(one, 'wrong')),
    },
  ];
  const questions: ReadonlyArray<Column<DashboardMeaning>> = [
    { head: 'Asked', cell: ({ asked = '' }) => h('bdi', {}, visible(asked)) },
    { head: 'Answered as', cell: ({ answered = '' }) => h('bdi', {}, visible(answered)) },
  ];

  return (meanings) => {
    place.hidden = meanings === undefined;
    if (!meanings) return;
    const hasQuestions = meanings.some(({ asked }) => asked !== undefined);
    fill(
      list,
      h('h3', {}, 'Answers by meaning', h('small', {}, ' that this process gave, the last 50')),
      tableOf(
        'Answers by meaning',
        hasQuestions ? [...columns.slice(0, 2), ...questions, ...columns.slice(2)] : columns,
        meanings,
        'None was given yet.',
        'meanings',
      ),
      meanings.length > 0 &&
        !hasQuestions &&
        h(
          'p',
          { class: 'hint' },
          'With ',
          h('code', {}, 'dashboard: { showQuestions: true }'),
          ' their questions are here, too.',
        ),
    );
  };
}
