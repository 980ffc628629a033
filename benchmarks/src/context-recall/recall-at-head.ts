import type { Embedded } from './embedded.ts';
import { PREFIX_BUDGET } from './prefix-plans.ts';
import { providerCache, type BilledSum, type PromptPiece } from './provider-cache.ts';

const SYSTEM: PromptPiece = { key: 'system', tokens: 600 };
const RECALLED = 600;

/** The usual way, in plain code: what is recalled stands behind the system message, and the window slides. */
export function recallAtHead(sum: BilledSum, { conversation: { messages } }: Embedded): void {
  const cache = providerCache(sum);
  for (let turn = 0; turn < messages.length; turn += 2) {
    const recalled = { key: `recalled ${turn}`, tokens: RECALLED };
    const window: PromptPiece[] = [];
    let left = PREFIX_BUDGET - SYSTEM.tokens - RECALLED;
    for (let place = turn; place >= 0; place--) {
      const { id, tokens } = messages[place] ?? { id: '', tokens: 0 };
      if (tokens > left) break;
      left -= tokens;
      window.unshift({ key: id, tokens });
    }
    cache([SYSTEM, recalled, ...window]);
  }
}
