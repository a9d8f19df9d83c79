import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RTCCertificate, RTCDtlsTransport } from 'werift';

/** Key and certificate with which connections are encrypted. */
export type Certificate = RTCCertificate;

const FILE = 'certificate.json';
/** A certificate is replaced when it ends within this time, in ms. */
const MARGIN_MS = 30 * 24 * 3600 * 1000;

/**
 * The certificate of this installation, kept across restarts because making one costs 50 ms on a
 * PC and far more on a Pi.
 * @param directory where it is kept; absent: made anew for each start
 */
export async function ownCertificate(directory?: string): Promise<RTCCertificate> {
  const kept = directory ? await read(join(directory, FILE)) : undefined;
  if (kept) return kept;
  const made = await RTCDtlsTransport.SetupCertificate();
  if (directory) await write(directory, made);
  return made;
}

async function read(path: string): Promise<RTCCertificate | undefined> {
  try {
    const { key, certificate, signatureHash } = JSON.parse(await readFile(path, 'utf8'));
    const x509 = new X509Certificate(certificate);
    const isLasting = Date.parse(x509.validTo) > Date.now() + MARGIN_MS;
    const isWhole = x509.checkPrivateKey(createPrivateKey(key)) && signatureHash?.hash > 0;
    if (!isLasting || !isWhole) return undefined;
    return new RTCCertificate(key, certificate, signatureHash);
  } catch {
    // None yet, or damaged: a new one serves as well.
    return undefined;
  }
}

async function write(directory: string, made: RTCCertificate): Promise<void> {
  const { privateKey, certPem, signatureHash } = made;
  const path = join(directory, FILE);
  try {
    await mkdir(directory, { recursive: true });
    const text = JSON.stringify({ key: privateKey, certificate: certPem, signatureHash });
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  } catch {
    // A directory that cannot be written to costs 50 ms at each start, nothing else.
  }
}
