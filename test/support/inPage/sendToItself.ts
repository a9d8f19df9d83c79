/**
 * Sends a moving canvas over WebRTC from this page to itself until the first picture is shown. A
 * browser that has done so once has its media stack loaded: what it then needs for a first picture is
 * no longer its own start.
 */
export async function sendToItself(): Promise<void> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  let drawn = 0;
  const drawing = setInterval(() => context?.fillRect(drawn++ % 300, 0, 5, 100), 30);
  const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
  sender.onicecandidate = ({ candidate }) => void receiver.addIceCandidate(candidate ?? undefined);
  receiver.onicecandidate = ({ candidate }) => void sender.addIceCandidate(candidate ?? undefined);
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  receiver.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
    void video.play();
  };
  for (const track of canvas.captureStream(30).getTracks()) sender.addTrack(track);
  await sender.setLocalDescription();
  await receiver.setRemoteDescription(sender.localDescription as RTCSessionDescription);
  await receiver.setLocalDescription();
  await sender.setRemoteDescription(receiver.localDescription as RTCSessionDescription);
  await new Promise(resolve => video.requestVideoFrameCallback(resolve));
  clearInterval(drawing);
  sender.close();
  receiver.close();
}
