import { MessageError } from '../../engine/model/errors/errors';
import type { MessageTarget } from '../../engine/port/protocol';
import { numberOf } from './numberOf';
import { type PeerMessage, peerOf } from './peerMessage';

/** How channels are opened that the flow names, as the editor writes it; absent in older flows. */
export interface ChannelConfig {
  readonly ordered?: boolean;
  /** Empty: as often as it takes. */
  readonly maxRetransmits?: string | number;
}

/** How a message wants its channel opened. */
export interface ChannelMessage {
  ordered?: unknown;
  maxRetransmits?: unknown;
}

/** How a channel is opened. */
export type ChannelSettings = NonNullable<MessageTarget['settings']>;

const RETRANSMITS = { least: 0, most: 65_535 };

/** The node's own settings for channels. @throws SettingError */
export function channelSettings({
  ordered = true,
  maxRetransmits,
}: ChannelConfig): ChannelSettings {
  const limit = numberOf('maxRetransmits', maxRetransmits, RETRANSMITS);
  return { ordered, ...(limit === undefined ? {} : { maxRetransmits: Math.round(limit) }) };
}

/**
 * Where a message goes: peer, channel, and how that is opened if there is none yet.
 * @throws MessageError for properties that make no sense
 */
export function targetOf(
  message: PeerMessage & ChannelMessage,
  usual: ChannelSettings,
): MessageTarget {
  const peer = peerOf(message);
  const { channel } = message;
  const isNamed = channel !== undefined && channel !== '';
  if (isNamed && typeof channel !== 'string') throw new MessageError('msg.channel is not a text');
  return {
    ...(peer === undefined ? {} : { peer }),
    ...(isNamed ? { channel, settings: settingsOf(message, usual) } : {}),
  };
}

function settingsOf(
  { ordered, maxRetransmits }: ChannelMessage,
  usual: ChannelSettings,
): ChannelSettings {
  const isOrdered = typeof ordered === 'boolean' ? ordered : (usual.ordered ?? true);
  if (maxRetransmits === undefined) return { ...usual, ordered: isOrdered };
  // As in the browser's API, null is no limit.
  if (maxRetransmits === null) return { ordered: isOrdered };
  const limit = Number(maxRetransmits);
  if (!Number.isInteger(limit) || limit < RETRANSMITS.least || limit > RETRANSMITS.most) {
    throw new MessageError('msg.maxRetransmits is not a whole number from 0 to 65535');
  }
  return { ordered: isOrdered, maxRetransmits: limit };
}
