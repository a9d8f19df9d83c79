import { createSocket } from 'node:dgram';

/** Sends to ports of this machine without a pause, until it is stopped. */
export function bombard(ports: readonly number[]): () => void {
  const socket = createSocket('udp4');
  // What comes back says that a port is closed by now.
  socket.on('error', () => {});
  const packets = [
    Buffer.alloc(1200, 0x80),
    Buffer.from('000100002112a442'.padEnd(40, '0'), 'hex'),
  ];
  let isOver = false;
  const send = () => {
    if (isOver) return;
    for (const port of ports) for (const each of packets) socket.send(each, port, '127.0.0.1');
    setTimeout(send, 1);
  };
  send();
  return () => {
    isOver = true;
    socket.close();
  };
}

/** The UDP ports of the candidates in a description. */
export const portsIn = (sdp: string) => [
  ...new Set(
    [...sdp.matchAll(/a=candidate:\S+ 1 udp \d+ \S+ (\d+)/gi)].map(([, port]) => +(port ?? 0)),
  ),
];
