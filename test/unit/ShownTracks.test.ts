import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TrackHandle } from '../../engine/port/TrackHandle';
import { ShownTracks } from '../../nodes/lib/ShownTracks';

function track(id: string, origin = id, kind: 'video' | 'audio' = 'video'): TrackHandle {
  return new TrackHandle({ kind, id, origin, label: id });
}

function setUp(isByPeer = false) {
  const shown: string[][] = [];
  const tracks = new ShownTracks(isByPeer, ids => shown.push([...ids]));
  return { tracks, shown, last: () => shown.at(-1) };
}

describe('ShownTracks', () => {
  it('hold all tracks, the newest last', () => {
    const { tracks, last } = setUp();
    tracks.add(track('a'), undefined);
    tracks.add(track('b'), 'peer');
    assert.deepEqual(last(), ['a', 'b']);
  });

  it('forget a track that ends, and take none that has ended', () => {
    const { tracks, shown, last } = setUp();
    const [gone, late] = [track('gone'), track('late')];
    tracks.add(gone, 'peer');
    tracks.add(track('b'), undefined);
    gone.end();
    assert.deepEqual(last(), ['b']);
    late.end();
    tracks.add(late, 'peer');
    assert.deepEqual(last(), ['b']);
    const other = track('other');
    tracks.add(other, 'peer');
    const told = shown.length;
    tracks.close();
    other.end();
    assert.equal(shown.length, told);
  });

  it('put a new track in the place of the one of the same origin', () => {
    const { tracks, last } = setUp();
    tracks.add(track('a1', 'a'), undefined);
    tracks.add(track('b'), 'peer');
    tracks.add(track('a2', 'a'), undefined);
    assert.deepEqual(last(), ['b', 'a2']);
  });

  it('leave the order as it is when tracks are announced again', () => {
    const { tracks, shown } = setUp();
    tracks.add(track('a'), undefined);
    tracks.add(track('b'), 'peer');
    tracks.add(track('a'), undefined);
    assert.deepEqual(shown, [['a'], ['a', 'b']]);
  });

  it('do not show sound', () => {
    const { tracks, shown } = setUp();
    tracks.add(track('a', 'a', 'audio'), 'peer');
    assert.deepEqual(shown, []);
  });

  it('show all until a peer is chosen, then that one alone', () => {
    const { tracks, last } = setUp(true);
    tracks.add(track('a'), 'one');
    tracks.add(track('b'), 'two');
    assert.deepEqual(last(), ['a', 'b']);
    assert.ok(tracks.shows('one') && tracks.shows(undefined));
    tracks.choose('one');
    assert.deepEqual(last(), ['a']);
    assert.deepEqual(
      ['one', 'two', undefined].map(peer => tracks.shows(peer)),
      [true, false, false],
    );
    tracks.add(track('a2'), 'one');
    tracks.add(track('b2'), 'two');
    assert.deepEqual(last(), ['a', 'a2']);
  });

  it('forget peers that came long ago, and no camera', () => {
    const { tracks, last } = setUp();
    tracks.add(track('camera'), undefined);
    for (let peer = 0; peer < 150; peer += 1) tracks.add(track(`t${peer}`), `p${peer}`);
    assert.equal(last()?.length, 100);
    assert.equal(last()?.[0], 'camera');
    assert.equal(last()?.at(-1), 't149');
  });
});
