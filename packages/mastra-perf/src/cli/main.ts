#!/usr/bin/env node
import { createRequire } from 'node:module';
import path from 'node:path';
import { runCli } from './run-cli.ts';

/* The command `mastra-perf`. */

const writeTo =
  (stream: NodeJS.WriteStream) =>
  (text: string): Promise<void> =>
    new Promise((resolve) => stream.write(text, () => resolve()));

// Whoever reads may have seen enough, as `head` has; the write itself tells of its end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const code = await runCli(process.argv.slice(2), {
  env: process.env,
  // What the application has installed, not what this command would bring along: versions must fit.
  require: createRequire(path.join(process.cwd(), 'package.json')),
  now: Date.now,
  out: writeTo(process.stdout),
  err: writeTo(process.stderr),
});
// All is written and closed by now; a connection that hangs must not keep a command alive.
process.exit(code);
