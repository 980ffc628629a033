import { actionFields, type ActionFields } from './action-fields.ts';
import type { FeedbackRequest } from './dashboard-data.ts';
import { jsonResponse, problem } from './responses.ts';
import type { DashboardSources } from './sources.ts';

/**
 * Tells what came of an answer that was given by meaning. A page names it by its id: what is learned from is what this process knows of
 * it, and nothing that a browser sends.
 */
export async function feedbackAction(request: Request, judge: DashboardSources['judge']): Promise<Response> {
  const fields = await actionFields(request);
  if (fields instanceof Response) return fields;
  const wanted = read(fields);
  if (!wanted) return problem(400, 'Expected {"id": …, "verdict": "right"} or "wrong".');
  const { id, verdict } = wanted;
  if (await judge(id, verdict)) return jsonResponse({ done: true, id, verdict });
  return problem(404, 'It is not among the last answers of this process any more, or was judged before.');
}

/** Both of the two and nothing else. */
function read(fields: ActionFields): FeedbackRequest | undefined {
  const { id, verdict } = Object.fromEntries(fields);
  if (fields.length !== 2 || typeof id !== 'string') return undefined;
  return verdict === 'right' || verdict === 'wrong' ? { id, verdict } : undefined;
}
