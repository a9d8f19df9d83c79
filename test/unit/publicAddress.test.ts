import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { publicAddress, secretsIn, withoutSecrets } from '../../engine/model/publicAddress';

describe('publicAddress', () => {
  for (const { it: sentence, address, expected } of [
    {
      it: 'shows scheme, host, port and a short path',
      address: 'rtsp://cam:554/stream1',
      expected: 'rtsp://cam:554/stream1',
    },
    {
      it: 'shows the beginning of a long path',
      address: 'rtsp://10.0.0.2/Streaming/Channels/101',
      expected: 'rtsp://10.0.0.2/Streaming/…',
    },
    {
      it: 'shows an address without a path',
      address: 'srt://[fe80::1]:9',
      expected: 'srt://[fe80::1]:9',
    },
    {
      it: 'hides user and password',
      address: 'rtsp://ann:p%40ss@cam/live',
      expected: 'rtsp://cam/live',
    },
    { it: 'hides a user alone', address: 'rtsp://ann@cam/live', expected: 'rtsp://cam/live' },
    {
      it: 'hides a password with @ in it',
      address: 'rtsp://ann:p@ss@cam/live',
      expected: 'rtsp://cam/live',
    },
    {
      it: 'shows no host where a password with a slash makes it unclear which it is',
      address: 'rtsp://ann:12/ss@cam/live',
      expected: 'rtsp://…',
    },
    {
      it: 'shows no host where a password with a question mark makes it unclear which it is',
      address: 'rtsp://ann:12?ss@cam/live',
      expected: 'rtsp://…',
    },
    {
      it: 'shows no part of a password with @ and slash',
      address: 'rtsp://ann:p@s/s@cam/live',
      expected: 'rtsp://…',
    },
    {
      it: 'hides the query, whatever its names',
      address: 'https://cam/cgi-bin/video?refresh_token=A&client_secret=B&api_key=C&Passwort=D',
      expected: 'https://cam/cgi-bin/…?…',
    },
    {
      it: 'hides the passphrase of SRT',
      address: 'srt://relay:9000?mode=caller&passphrase=0123456789',
      expected: 'srt://relay:9000?…',
    },
    {
      it: 'hides the key of RTMP',
      address: 'rtmp://a.rtmp.example/live2/abcd-efgh',
      expected: 'rtmp://a.rtmp.example/live2/…',
    },
    {
      it: 'hides the key of RTMP that is the whole path',
      address: 'rtmps://h/live',
      expected: 'rtmps://h/…',
    },
    {
      it: 'hides a token that is the path, as of a UniFi camera',
      address: 'rtsps://192.168.1.1:7441/aB3dE5gH7jK9mN1p?enableSrtp',
      expected: 'rtsps://192.168.1.1:7441/…?…',
    },
    { it: 'hides a fragment', address: 'http://cam/live#t=secret', expected: 'http://cam/live' },
    { it: 'shows nothing of what is no address', address: 'hush', expected: '…' },
  ]) {
    it(sentence, () => assert.equal(publicAddress(address), expected));
  }
});

describe('withoutSecrets', () => {
  for (const { it: sentence, text, secrets = [], expected } of [
    {
      it: 'makes every address in a text public',
      text: "from 'rtsp://u:p@h/1' to b+c://x@h/a?b=c.",
      expected: "from 'rtsp://h/1' to b+c://h/a?….",
    },
    {
      it: 'leaves what stands behind an address',
      text: 'rtsp://cam/1: Connection refused',
      expected: 'rtsp://cam/1: Connection refused',
    },
    {
      it: 'hides the query of a relative address, as in a playlist',
      text: "Opening 'key.php?auth=abc' for reading",
      expected: "Opening 'key.php?…' for reading",
    },
    {
      it: 'hides known secrets wherever they stand',
      text: 'login as ann with p@ss word',
      secrets: ['p@ss word'],
      expected: 'login as ann with …',
    },
    {
      it: 'leaves words that hold a very short secret',
      text: 'Connection refused',
      secrets: ['on'],
      expected: 'Connection refused',
    },
    {
      it: 'leaves other text alone',
      text: '[flv @ 0x1] why? password=x: mail me@home',
      expected: '[flv @ 0x1] why? password=x: mail me@home',
    },
  ]) {
    it(sentence, () => assert.equal(withoutSecrets(text, secrets), expected));
  }
});

describe('secretsIn', () => {
  for (const { it: sentence, address, expected } of [
    {
      it: 'finds a password, in each spelling',
      address: 'rtsp://ann:p%40ss@cam/1',
      expected: ['p%40ss', 'p@ss'],
    },
    {
      it: 'finds the values of a query',
      address: 'srt://h:1?mode=caller&passphrase=ten',
      expected: ['caller', 'ten'],
    },
    {
      it: 'finds the key of RTMP, in the path and behind spaces',
      address: 'rtmp://h/app/key playpath=other live=1',
      expected: ['key', 'other', '1'],
    },
    {
      it: 'takes a percent sign that encodes nothing for itself',
      address: 'rtsp://a:100%@h',
      expected: ['100%', '100%25'],
    },
    { it: 'finds none where there is none', address: 'rtsp://cam/1', expected: [] },
  ]) {
    it(sentence, () => assert.deepEqual(secretsIn(address), expected));
  }
});
