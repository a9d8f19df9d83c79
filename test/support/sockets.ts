import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The UDP sockets that a process holds open, as `address:port` in the kernel's hexadecimal form. */
export function udpSocketsOf(pid: number): string[] {
  const own = socketInodesOf(pid);
  return ['udp', 'udp6'].flatMap(table => {
    // proc(5): "sl local_address rem_address st queues timer retransmits uid timeout inode ..."
    const [, ...rows] = readFileSync(`/proc/${pid}/net/${table}`, 'latin1').trim().split('\n');
    return rows
      .map(row => row.trim().split(/\s+/))
      .filter(columns => own.has(columns[9] ?? ''))
      .map(columns => columns[1] ?? '');
  });
}

/** The inodes of all sockets, of every kind, that a process holds open. */
export function socketInodesOf(pid: number): Set<string> {
  const directory = `/proc/${pid}/fd`;
  const inodes = new Set<string>();
  for (const descriptor of readdirSync(directory)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${directory}/${descriptor}`))?.[1];
      if (inode) inodes.add(inode);
    } catch {
      // Closed since the directory was read.
    }
  }
  return inodes;
}
