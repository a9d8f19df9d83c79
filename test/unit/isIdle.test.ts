import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isIdle } from '../../client/connection/isIdle';

const answer = (video: string, ...more: string[]) =>
  ['v=0', 'm=audio 9 X 1', 'a=sendonly', 'm=video 9 X 2', video, ...more, ''].join('\r\n');

describe('what an answer says of a kind of media', () => {
  for (const { it: sentence, sdp, idle } of [
    { it: 'that nothing is sent yet', sdp: answer('a=x-rtcbot-idle'), idle: true },
    { it: 'that it is sent', sdp: answer('a=sendonly'), idle: false },
    { it: 'that it is not there', sdp: 'v=0\r\n', idle: false },
    {
      it: 'that the first section is used, and another idle',
      sdp: answer('a=sendonly', 'm=video 9 X 3', 'a=x-rtcbot-idle'),
      idle: false,
    },
  ]) {
    it(sentence, () => assert.equal(isIdle(sdp, 'video'), idle));
  }

  it('leaves the other kind out', () => {
    assert.equal(isIdle(answer('a=x-rtcbot-idle'), 'audio'), false);
  });
});
