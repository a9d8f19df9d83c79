import { createHash, createHmac } from 'node:crypto';

/** The PRF of TLS 1.2 with SHA-256 (RFC 5246 5), which all suites that we know use. */
export function prf(secret: Buffer, label: string, seed: Buffer, bytes: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const hmac = (data: Buffer) => createHmac('sha256', secret).update(data);
  const output: Buffer[] = [];
  let chained = labelled;
  for (let made = 0; made < bytes; made += 32) {
    chained = hmac(chained).digest();
    output.push(hmac(chained).update(labelled).digest());
  }
  return Buffer.concat(output, bytes);
}

/** The hash that goes with it. */
export function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
