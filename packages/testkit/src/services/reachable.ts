import { connect } from 'node:net';

const PATIENCE_MS = 2000;

/** Whether anyone accepts a TCP connection there. */
export function reachable({ host, port }: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const tell = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => tell(true));
    socket.once('timeout', () => tell(false));
    socket.once('error', () => tell(false));
  });
}
