import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TAB } from '../support/flowNode';
import { NodeRed } from '../support/NodeRed';
import { SoundServer } from '../support/SoundServer';

interface Answer {
  readonly backend: string;
  readonly devices: readonly { readonly id: string; readonly isDefault: boolean }[];
}

describe("the editor's lists of sound devices", () => {
  let sound: SoundServer;
  let nodeRed: NodeRed;
  before(async () => {
    sound = await SoundServer.start();
    nodeRed = await NodeRed.start({ flows: [TAB], env: sound.env });
  });
  after(async () => {
    await nodeRed?.stop();
    await sound?.close();
  });

  for (const { list, device } of [
    { list: 'microphones', device: 'vmic' },
    { list: 'speakers', device: 'vspk' },
  ]) {
    describe(`of ${list}`, () => {
      const ask = (query = '') => nodeRed.getJson<Answer>(`/rtcbot/${list}${query}`);

      it('hold the devices of the best way to them, and name it', async () => {
        for (const query of ['', '?backend=auto']) {
          const { backend, devices } = await ask(query);
          assert.equal(backend, 'pulse');
          assert.equal(devices.find(({ isDefault }) => isDefault)?.id, device);
        }
      });

      it('hold those of the way that is asked for', async () => {
        const { backend, devices } = await ask('?backend=alsa');
        assert.equal(backend, 'alsa');
        assert.ok(devices.every(({ id }) => id !== device));
      });

      it('are refused for a way that is not offered', async () => {
        for (const query of ['?backend=tape', '?backend=pulse&backend=alsa', '?backend[x]=alsa']) {
          const response = await fetch(`${nodeRed.origin}/rtcbot/${list}${query}`);
          assert.equal(response.status, 400, query);
          assert.match(await response.text(), /backend/);
        }
      });
    });
  }
});
