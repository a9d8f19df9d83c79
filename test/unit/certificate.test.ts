import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createSelfSignedCertificate, RTCDtlsTransport } from 'werift';
import { ownCertificate } from '../../engine/peer/certificate';

/** As after a start: the stack keeps the certificate of a process in static properties. */
const restart = () =>
  Object.assign(RTCDtlsTransport, {
    localCertificate: undefined,
    localCertificatePromise: undefined,
  });

describe('the certificate of an installation', () => {
  let base = '';
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'rtcbot-certificate-'));
  });
  after(() => rm(base, { recursive: true }));

  it('is kept across restarts, readable for its owner only', async () => {
    const directory = join(base, 'new', 'state');
    const first = await ownCertificate(directory);
    restart();
    const second = await ownCertificate(directory);
    assert.deepEqual(second.getFingerprints(), first.getFingerprints());
    assert.equal(second.privateKey, first.privateKey);
    const { mode } = await stat(join(directory, 'certificate.json'));
    assert.equal(mode & 0o777, 0o600);
  });

  it('is made anew for each start where nothing can be kept', async () => {
    restart();
    const first = await ownCertificate();
    restart();
    const second = await ownCertificate();
    assert.notDeepEqual(second.getFingerprints(), first.getFingerprints());
  });

  it('is made although the directory cannot be written to', async () => {
    const file = join(base, 'file');
    await writeFile(file, '');
    assert.ok(await ownCertificate(join(file, 'below')));
  });

  for (const { it: sentence, damage } of [
    { it: 'is no JSON', damage: () => 'nonsense' },
    { it: 'is cut off', damage: (text: string) => text.slice(0, -40) },
    { it: 'holds nothing', damage: () => '{}' },
    { it: 'holds null', damage: () => 'null' },
    {
      it: 'lacks its key',
      damage: (text: string) => JSON.stringify({ ...JSON.parse(text), key: undefined }),
    },
    {
      it: 'lacks its hash',
      damage: (text: string) => JSON.stringify({ ...JSON.parse(text), signatureHash: undefined }),
    },
  ]) {
    it(`is replaced when what was kept ${sentence}`, async () => {
      const directory = join(base, sentence.replaceAll(' ', '-'));
      restart();
      const first = await ownCertificate(directory);
      const file = join(directory, 'certificate.json');
      await writeFile(file, damage(await readFile(file, 'utf8')));
      restart();
      const second = await ownCertificate(directory);
      assert.notDeepEqual(second.getFingerprints(), first.getFingerprints());
      restart();
      const third = await ownCertificate(directory);
      assert.deepEqual(third.getFingerprints(), second.getFingerprints());
    });
  }

  it('is replaced when its key is that of another', async () => {
    const directory = join(base, 'mixed');
    restart();
    await ownCertificate(directory);
    const file = join(directory, 'certificate.json');
    const kept = JSON.parse(await readFile(file, 'utf8'));
    const { keyPem } = await createSelfSignedCertificate(kept.signatureHash);
    await writeFile(file, JSON.stringify({ ...kept, key: keyPem }));
    restart();
    const { certPem } = await ownCertificate(directory);
    assert.notEqual(certPem, kept.certificate);
  });
});
