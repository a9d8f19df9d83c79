/** What travels on a data channel: text, or binary. */
export type ChannelData = string | Buffer;
