import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HttpPictures } from '../../nodes/lib/HttpPictures';
import { ManualDisplay } from '../support/ManualDisplay';

function setUp() {
  const display = new ManualDisplay();
  const pictures = new HttpPictures(display.proxy);
  const watch = () => {
    const seen: string[] = [];
    const stop = pictures.watch(
      jpeg => seen.push(String(jpeg)),
      () => seen.push('end'),
    );
    return { seen, stop };
  };
  return { display, watch };
}

describe('HttpPictures', () => {
  it('ask for pictures while somebody watches, once for all', () => {
    const { display, watch } = setUp();
    assert.equal(display.wanted.size, 0);
    const [one, other] = [watch(), watch()];
    assert.deepEqual(display.wanted.get('http'), { format: 'jpeg' });
    one.stop();
    assert.equal(display.wanted.size, 1);
    other.stop();
    other.stop();
    assert.equal(display.wanted.size, 0);
    assert.equal(display.changes, 2);
  });

  it('go to all who watch, and are not those of the preview', () => {
    const { display, watch } = setUp();
    const [one, other] = [watch(), watch()];
    display.put('http', 'a');
    display.put('preview', 'b');
    one.stop();
    display.put('http', 'c');
    assert.deepEqual(one.seen, ['a']);
    assert.deepEqual(other.seen, ['a', 'c']);
  });

  it('give the newest to whoever comes between two of them', () => {
    const { display, watch } = setUp();
    watch();
    display.put('http', 'a');
    display.put('http', 'b');
    assert.deepEqual(watch().seen, ['b']);
  });

  it('keep none of what is gone', () => {
    const { display, watch } = setUp();
    const first = watch();
    display.put('http', 'a');
    display.emit('state', { state: 'ready' });
    assert.deepEqual(watch().seen, []);
    first.stop();
  });

  it('end for all who watch when the display is closed', () => {
    const { display, watch } = setUp();
    const [one, other] = [watch(), watch()];
    other.stop();
    display.emit('closed');
    assert.deepEqual([one.seen, other.seen], [['end'], []]);
  });

  it('keep none when nobody watched meanwhile', () => {
    const { display, watch } = setUp();
    const first = watch();
    display.put('http', 'a');
    first.stop();
    display.put('http', 'late');
    const [one, other] = [watch(), watch()];
    assert.deepEqual([one.seen, other.seen], [[], []]);
  });
});
