import { isIPv4 } from 'node:net';
import {
  Candidate,
  candidateFoundation,
  candidatePriority,
  getHostAddresses,
  type IceConnection,
  type RTCPeerConnection,
  StunProtocol,
} from 'werift';
import { type Clock, systemClock } from '../../model/Clock';
import { asError } from '../../model/errors/asError';
import { NoSocketError } from '../../model/errors/peerErrors';
import { DtlsGuard, type DtlsHandlers } from './DtlsGuard';
import { PathGuard } from './PathGuard';
import { UdpSocket } from './UdpSocket';

/** The stack's private parts that are used here (pinned version, `~0.24.4`). */
interface Ice extends IceConnection {
  readonly protocols: StunProtocol[];
  ensureProtocol(protocol: StunProtocol): void;
  appendLocalCandidate(candidate: Candidate): void;
  getCandidatePromises(): Promise<Candidate>[];
}

/** Who hears of what happens on the paths of a connection. */
export interface PathHandlers extends DtlsHandlers {
  /** A keep-alive of our peer has come. */
  indicated(): void;
}

/**
 * Opens the sockets of a connection, on which only our peer is heard (see `PathGuard` and `DtlsGuard`): one for each family of addresses and transport, on one port of
 * all addresses of the machine. The stack opens one for each address, those of bridges and virtual
 * interfaces included, and binds it to all of them all the same. To be called before the
 * offer or the answer is made, which names the credentials.
 * @returns closes what was opened, for certain: the stack leaves sockets behind that it closes half-open
 * @throws NoSocketError if the system gives none; what was opened by then is closed
 */
export async function openPaths(
  connection: RTCPeerConnection,
  handlers: PathHandlers,
  clock: Clock = systemClock,
): Promise<() => Promise<void>> {
  const { indicated, log } = handlers;
  const sockets: UdpSocket[] = [];
  const close = async () => {
    await Promise.all(sockets.map(socket => socket.close()));
  };
  try {
    for (const transport of connection.dtlsTransports) {
      new DtlsGuard(transport, clock, handlers);
      new PathGuard(transport.iceTransport, indicated);
      await open(transport.iceTransport.connection as Ice, sockets, log);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}

async function open(ice: Ice, sockets: UdpSocket[], log: (text: string) => void): Promise<void> {
  const addresses = addressesOf(ice);
  const failures: Error[] = [];
  const more: Candidate[] = [];
  for (const family of [4, 6] as const) {
    const hosts = addresses.filter(address => isIPv4(address) === (family === 4));
    if (hosts.length === 0) continue;
    try {
      const socket = await UdpSocket.open(family, error =>
        log(`a UDP port failed: ${error.message}`),
      );
      sockets.push(socket);
      more.push(...offerHosts(ice, socket, hosts));
    } catch (error) {
      failures.push(asError(error));
    }
  }
  const [failure] = failures;
  if (failure && ice.protocols.length === 0) throw noSocket(failure);
  if (failure) log(`no UDP port for one family of addresses: ${failure.message}`);
  // The stack announces the first address of each socket; it is to open no others.
  ice.getCandidatePromises = () => {
    for (const candidate of more) ice.appendLocalCandidate(candidate);
    return [];
  };
}

/** Those of this machine; without any network a browser on it still reaches us over loopback. */
function addressesOf({ options }: Ice): string[] {
  const { useIpv4, useIpv6, additionalHostAddresses = [] } = options;
  try {
    const own = [...additionalHostAddresses, ...getHostAddresses(useIpv4, useIpv6)];
    return own.length > 0 ? [...new Set(own)] : ['127.0.0.1'];
  } catch (error) {
    // Asking for them takes a file descriptor, too.
    throw noSocket(asError(error));
  }
}

function noSocket(error: Error): NoSocketError {
  return new NoSocketError(error.message, { cause: error });
}

/** @returns the candidates besides the first */
function offerHosts(ice: Ice, socket: UdpSocket, hosts: readonly string[]): Candidate[] {
  const protocol = new StunProtocol();
  ice.ensureProtocol(protocol);
  // What the stack uses of its own class of sockets.
  protocol.transport = socket as unknown as StunProtocol['transport'];
  const receiver = protocol as unknown as { datagramReceived: UdpSocket['onData'] };
  socket.onData = (data, from) => receiver.datagramReceived(data, from);
  const [first, ...more] = hosts.map(host => hostCandidate(ice, host, socket.port));
  if (first) {
    protocol.localIp = first.host;
    protocol.localCandidate = first;
  }
  ice.protocols.push(protocol);
  return more;
}

function hostCandidate({ generation, localUsername }: Ice, host: string, port: number): Candidate {
  return new Candidate(
    candidateFoundation('host', 'udp', host),
    1,
    'udp',
    candidatePriority('host', { transport: 'udp' }),
    host,
    port,
    'host',
    undefined,
    undefined,
    undefined,
    generation,
    localUsername,
  );
}
