import { ENCODER_TITLES } from '../../engine/model/H264Encoder';
import type { CaptureState } from '../../engine/port/protocol';
import { LOOK, type NodeStatus } from './NodeStatus';

/** Shows how a capture stands, with who codes its pictures where that differs from machine to machine. */
export function showPicture(status: NodeStatus, state: CaptureState): void {
  switch (state.state) {
    case 'idle':
      status.show(LOOK.idle, 'ready');
      return;
    case 'starting':
      status.show(LOOK.starting, 'starting');
      return;
    case 'live':
    case 'lingering':
      showLive(status, state);
      return;
    case 'ended':
      status.show(LOOK.idle, 'ended');
      return;
    case 'failing':
    case 'backingOff':
      // The status keeps saying why.
      return;
    default:
      state.state satisfies never;
  }
}

function showLive(
  status: NodeStatus,
  { width, height, frameRate: fps, encoder, via, isMixed, decodes }: CaptureState,
): void {
  const path = via ?? (encoder && ENCODER_TITLES[encoder]);
  if (!width || !height) status.show(LOOK.starting, 'starting');
  else if (isMixed) status.show(LOOK.warned, 'mixed', { width, height });
  else if (!fps) status.show(LOOK.live, 'size', { width, height });
  else if (decodes) status.show(LOOK.live, 'rareKeyframes', { fps });
  else if (!path) status.show(LOOK.live, 'live', { width, height, fps });
  else status.show(LOOK.live, 'liveVia', { width, height, fps, path });
}
