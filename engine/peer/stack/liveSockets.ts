import type { Socket } from 'node:dgram';

/** The open UDP sockets of this thread. */
const live = new Set<Socket>();

/** Remembers an open socket until it is closed. */
export function keepSocket(socket: Socket): void {
  live.add(socket);
  socket.once('close', () => live.delete(socket));
}

/**
 * Closes all of them; nothing is received from the moment it returns. For a thread that is about to
 * be ended from outside: a datagram that arrives while Node.js (20.20) tears the thread down aborts
 * the whole process.
 */
export function closeSockets(): void {
  for (const socket of live) socket.close();
  live.clear();
}
