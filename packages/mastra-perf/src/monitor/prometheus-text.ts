import type { PromFamily, PromSample } from './prometheus-families.ts';

export type PromFormat = 'prometheus' | 'openmetrics';

const TOTAL = '_total';

/** Text that Prometheus reads. OpenMetrics names a counter without `_total` where it tells of it, tells units, and has an end. */
export function promText(families: readonly PromFamily[], format: PromFormat = 'prometheus'): string {
  const isOpen = format === 'openmetrics';
  const lines: string[] = [];
  for (const { name, type, help, samples } of families) {
    if (samples.length === 0) continue;
    const family = isOpen && name.endsWith(TOTAL) ? name.slice(0, -TOTAL.length) : name;
    lines.push(`# HELP ${family} ${escaped(help, isOpen)}`, `# TYPE ${family} ${type}`);
    if (isOpen && family.endsWith('_seconds')) lines.push(`# UNIT ${family} seconds`);
    for (const sample of samples) lines.push(lineOf(name, sample, isOpen));
  }
  if (isOpen) lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function lineOf(name: string, { suffix, labels, value }: PromSample, isOpen: boolean): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${escaped(label === 'le' && isOpen ? canonical(text) : text, true)}"`,
  );
  return `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

/** OpenMetrics wants bounds to look like fractions. */
const canonical = (bound: string): string => (/^\d+$/.test(bound) ? `${bound}.0` : bound);

// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f\u0085\u2028\u2029]/g;

/** Names of agents come from users: what readers of lines may take for the end of one is not let through. */
function escaped(text: string, quotes: boolean): string {
  const safe = text
    .toWellFormed()
    .replaceAll(CONTROLS, '\ufffd')
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n');
  return quotes ? safe.replaceAll('"', '\\"') : safe;
}
