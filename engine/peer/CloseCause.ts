/** Why a peer is gone. */
export type CloseCause =
  | 'page closed'
  | 'vanished'
  | 'handshake timed out'
  | 'connection failed'
  | 'closed by flow'
  /** Only of a call: the other end closed it. */
  | 'hung up'
  /** Only of a call: it is made anew, because what is sent has changed. */
  | 'renewed'
  | 'replaced'
  | 'redeployed';
