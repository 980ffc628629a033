import type { InvalidateRequest } from '../src/dashboard/dashboard-data.ts';
import { invalidate } from './api.ts';
import { byId, visible } from './dom.ts';

/** The form that takes answers away. Returns what puts something into it. */
export function createInvalidateForm(done: () => void): (request: InvalidateRequest) => void {
  const form = byId('invalidate', HTMLFormElement);
  const [by, value] = [byId('by', HTMLSelectElement), byId('value', HTMLInputElement)];
  const result = byId('invalidated', HTMLElement);
  const button = form.querySelector('button');
  const hints: Readonly<Record<string, string>> = { tag: 'kb:42', agent: 'support', key: 'key of an answer' };

  by.addEventListener('change', () => (value.placeholder = hints[by.value] ?? ''));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });

  async function send(): Promise<void> {
    const name = value.value;
    const request =
      by.value === 'agent' ? { agent: name } : by.value === 'key' ? { key: name } : { tag: name };
    if (button) button.disabled = true;
    delete result.dataset['state'];
    result.textContent = 'Invalidating …';
    try {
      await invalidate(request);
      result.dataset['state'] = 'ok';
      result.textContent = `Done: answers by the ${by.value} “${visible(name)}” are gone.`;
      value.value = '';
      done();
    } catch (error) {
      result.dataset['state'] = 'bad';
      result.textContent = error instanceof Error ? visible(error.message) : 'It failed.';
    } finally {
      if (button) button.disabled = false;
    }
  }

  return ({ tag, agent, key }) => {
    by.value = tag !== undefined ? 'tag' : agent !== undefined ? 'agent' : 'key';
    value.value = tag ?? agent ?? key ?? '';
    result.textContent = '';
    value.focus();
  };
}
