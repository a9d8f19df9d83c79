import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { RTCPeerConnection } from 'werift';
import { closeSockets } from '../../engine/peer/stack/liveSockets';
import { openPaths } from '../../engine/peer/stack/openPaths';
import { UdpSocket } from '../../engine/peer/stack/UdpSocket';
import { sockets } from '../support/GroupRig';
import { waitFor } from '../support/waitFor';

const run = promisify(execFile);

describe('the sockets of a peer', () => {
  it('are no more than one for each family of addresses, on which all are announced', async () => {
    const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const connection = new RTCPeerConnection({
      iceServers: [],
      iceLite: true,
      iceAdditionalHostAddresses: addresses,
    });
    connection.createDataChannel('default');
    const before = sockets();
    await openPaths(connection, { indicated() {}, log() {} });
    await connection.setLocalDescription(await connection.createOffer());
    assert.ok(sockets() - before <= 2, `${sockets() - before}`);
    const lines = connection.localDescription?.sdp.match(/^a=candidate:.*$/gm) ?? [];
    for (const address of addresses) {
      assert.equal(lines.filter(line => line.split(' ')[4] === address).length, 1, address);
    }
    await connection.close();
    await waitFor('end of the sockets', 5000, () => sockets() === before);
  });

  it('are closed without the help of the stack', async () => {
    const connection = new RTCPeerConnection({ iceServers: [], iceLite: true });
    connection.createDataChannel('default');
    const before = sockets();
    const close = await openPaths(connection, { indicated() {}, log() {} });
    assert.ok(sockets() > before);
    await close();
    await waitFor('end of the sockets', 5000, () => sockets() === before);
    await connection.close();
  });

  it('that the system does not give refuse that one peer, and disturb nobody else', async () => {
    const program = join(__dirname, '../support/withoutDescriptors.ts');
    const line = 'ulimit -n 64; exec "$0" --import tsx "$1"';
    const { stdout } = await run('sh', ['-c', line, process.execPath, program], {
      timeout: 60_000,
    });
    assert.deepEqual(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), {
      before: 0,
      refused: 'no-socket',
      child: 'EMFILE',
      after: 'answered',
    });
  });
});

describe('a UdpSocket', () => {
  it('loses what cannot be sent, and throws nothing', async () => {
    const socket = await UdpSocket.open(4, () => {});
    await socket.send(Buffer.from('x'), ['127.0.0.1', 0]);
    await socket.send(Buffer.from('x'), ['a name', 9]);
    await socket.send(Buffer.alloc(70_000), ['127.0.0.1', 9]);
    await socket.close();
    await socket.close();
    await socket.send(Buffer.from('x'), ['127.0.0.1', 9]);
  });

  it('is closed with all others of its thread, and once more by its owner', async () => {
    await waitFor('end of the sockets', 5000, () => sockets() === 0);
    const socket = await UdpSocket.open(4, () => {});
    assert.equal(sockets(), 1);
    closeSockets();
    await waitFor('end of the sockets', 5000, () => sockets() === 0);
    await socket.close();
    await socket.send(Buffer.from('x'), ['127.0.0.1', 9]);
  });
});
