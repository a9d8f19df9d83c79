import { DtlsClient, type RTCCertificate } from 'werift';

/** What the stack's DTLS client is joined to. */
export interface StackClientOptions {
  readonly certificate: RTCCertificate;
  send(datagram: Buffer): void;
  /** The handshake is through. */
  connected(): void;
}

/** The stack's DTLS client, over whatever carries its datagrams. */
export function stackClient({ certificate, send, connected }: StackClientOptions): {
  readonly client: DtlsClient;
  /** A datagram has come for it. */
  receive(datagram: Buffer): void;
} {
  const transport = {
    type: 'test',
    address: {},
    closed: false,
    onData: (_: Buffer) => {},
    send: async (datagram: Buffer) => send(datagram),
    close: async () => {},
  };
  const client = new DtlsClient({
    cert: certificate.certPem,
    key: certificate.privateKey,
    signatureHash: certificate.signatureHash,
    transport: transport as unknown as ConstructorParameters<typeof DtlsClient>[0]['transport'],
    srtpProfiles: [7],
    extendedMasterSecret: true,
  });
  client.onConnect.subscribe(connected);
  return { client, receive: datagram => transport.onData(datagram) };
}
