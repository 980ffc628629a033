import type { WriteStream } from 'node:tty';

const width = 30;

/** A bar on a terminal, else one line every ten percent. */
export function progressBar(
  label: string,
  out: WriteStream = process.stdout,
): (done: number, total: number) => void {
  const start = performance.now();
  let shown = -1;
  return (done, total) => {
    const share = total === 0 ? 1 : done / total;
    const step = Math.floor(share * (out.isTTY ? 200 : 10));
    if (step === shown) return;
    shown = step;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    if (!out.isTTY) {
      out.write(`${label} ${percent}  ${done}/${total}  ${seconds} s\n`);
      return;
    }
    const filled = Math.round(share * width);
    out.write(
      `\r${label} ${'█'.repeat(filled)}${'░'.repeat(width - filled)}${percent}  ${done}/${total}  ${seconds} s `,
    );
    if (done === total) out.write('\n');
  };
}
