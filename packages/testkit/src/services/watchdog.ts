import { spawn } from 'node:child_process';

// EOF on stdin means that our process is gone, however it went. Signals of the terminal's group are not for it.
const SCRIPT = `trap '' INT TERM HUP; read -r _; kill -KILL "$1"; sleep 0.2; rm -rf "$2"`;

/**
 * Ends process `pid` and removes `dir` when this process dies. An `exit` hook alone is not enough: it does not run
 * when a signal ends the process, and that is how Vitest 5 ends its workers. Call the result when all is cleaned up.
 * Needs a POSIX shell; does nothing on Windows.
 */
export function watchdog(pid: number, dir: string): () => void {
  if (process.platform === 'win32') return () => {};
  const dog = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', `${pid}`, dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  dog.on('error', (error) => process.emitWarning(`No watchdog for process ${pid}: ${error.message}`));
  return () => void dog.kill('SIGKILL');
}
