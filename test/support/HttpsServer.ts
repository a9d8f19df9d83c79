import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate that signs itself, and its key, as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a certificate.
 * @param names as `IP:127.0.0.1`; `isExpired`: its time was over in 2001
 */
export function selfSigned(names: string, { isExpired = false } = {}): SelfSigned {
  const directory = mkdtempSync(join(tmpdir(), 'rtcbot-cert-'));
  const openssl = (command: string) =>
    execFileSync('openssl', command.split(' '), { cwd: directory, stdio: 'ignore' });
  try {
    openssl('ecparam -name prime256v1 -genkey -noout -out key.pem');
    openssl('req -new -key key.pem -subj /CN=robot -out request.pem');
    writeFileSync(join(directory, 'index'), '');
    writeFileSync(join(directory, 'serial'), '01');
    writeFileSync(join(directory, 'ca.conf'), caConfig(names));
    const times = isExpired
      ? '-startdate 20000101000000Z -enddate 20010101000000Z'
      : '-startdate 20200101000000Z -enddate 20490101000000Z';
    openssl(
      `ca -batch -config ca.conf -selfsign -keyfile key.pem -in request.pem -out cert.pem -notext ${times}`,
    );
    const read = (name: string) => readFileSync(join(directory, name), 'utf8');
    return { cert: read('cert.pem'), key: read('key.pem') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function caConfig(names: string): string {
  return `[ca]
default_ca=own
[own]
database=index
serial=serial
new_certs_dir=.
default_md=sha256
policy=any
x509_extensions=names
[any]
commonName=supplied
[names]
subjectAltName=${names}
`;
}

/** A real HTTPS server on a free port of 127.0.0.1. */
export class HttpsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(certificate: SelfSigned, listener: RequestListener): Promise<HttpsServer> {
    const server = createServer({ ...certificate }, listener);
    server.on('tlsClientError', () => {}); // A client that does not trust it leaves so.
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HttpsServer(server);
  }

  url(path: string, scheme = 'https'): string {
    return `${scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
