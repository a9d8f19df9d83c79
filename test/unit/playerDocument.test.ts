import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stateTexts } from '../../client/player/PlayerState';
import { playerCss, playerHtml } from '../../client/player/playerView';
import { RtcbotPlayer } from '../../client/player/RtcbotPlayer';
import { browserApi } from '../support/browserApi';
import { allOf, missingIn, namesInRows, sectionOf, textOf } from '../support/documents';

const document = textOf('docs/player.md');
const source = ['RtcbotPlayer', 'ScreenButtons', 'fadeWhenIdle']
  .map(name => textOf(`client/player/${name}.ts`))
  .join('\n');
const api = new Map(browserApi().map(({ name, members }) => [name, members]));
const section = (heading: string) => sectionOf(document, heading);

describe('The document of the player', () => {
  it('has a row for each attribute, and for nothing else', () => {
    const attributes = [
      ...RtcbotPlayer.observedAttributes,
      ...allOf(playerCss, /host\(\[(fill)\]/g),
    ];
    assert.deepEqual(namesInRows(section('Attributes')).sort(), attributes.sort());
  });

  it('names the attributes that the element sets itself', () => {
    const own = allOf(source, /(?:this|player)\.(?:set|toggle)Attribute\('(\w+)'/g);
    assert.deepEqual(own.sort(), ['idle', 'state', 'stats']);
    assert.deepEqual(missingIn(section('Attributes'), own), []);
  });

  it('names each part, and none that does not exist', () => {
    const parts = allOf(playerHtml, / part="([^"]+)"/g).flatMap(names => names.split(' '));
    const [list = ''] = /^Buttons: .*$/m.exec(section('Controls')) ?? [];
    assert.deepEqual(allOf(list, /`(\w+)`/g).sort(), [...new Set(parts)].sort());
    const styled = allOf(document, /::part\((\w+)\)/g);
    assert.deepEqual(
      styled.filter(name => !parts.includes(name)),
      [],
    );
  });

  it('names the slot', () => {
    assert.deepEqual(missingIn(document, allOf(playerHtml, /<slot name="(\w+)"/g)), []);
  });

  it('has a row for each custom property, and for nothing else', () => {
    const inCode = allOf(playerCss, /var\(--(rtcbot-\w[\w-]*)/g);
    assert.equal(inCode.length, 7);
    const inRows = allOf(section('Looks'), /^\| `--(rtcbot-[\w-]+)`/gm);
    assert.deepEqual(inRows.sort(), inCode.sort());
    assert.deepEqual(
      allOf(document, /--(rtcbot-\w[\w-]*)/g).filter(name => !inCode.includes(name)),
      [],
    );
  });

  it('tells the colours that stand for light and for dark', () => {
    const [light = '', dark = ''] = playerCss.split('@media (prefers-color-scheme: dark)');
    const rows = [...document.matchAll(/^\| `--rtcbot-([\w-]+)` \|.*\| `(#\w+)`.* \| `(#\w+)`/gm)];
    assert.equal(rows.length, 4);
    for (const [, name, inLight, inDark] of rows) {
      assert.ok(light.includes(`--${name}: ${inLight};`), `${name} ${inLight}`);
      assert.ok(dark.includes(`--${name}: ${inDark};`), `${name} ${inDark}`);
    }
  });

  it('has a row for each state, with its words, and for no other', () => {
    const states = section('States');
    assert.deepEqual(namesInRows(states).sort(), Object.keys(stateTexts).sort());
    for (const [state, text] of Object.entries(stateTexts)) {
      if (state !== 'live') assert.ok(states.includes(`| \`${state}\` | ${text}`), state);
    }
  });

  it('has a row for each event, method and property, and for nothing else', () => {
    const events = allOf(source, /CustomEvent\('(\w+)'/g);
    const members = (api.get('RtcbotPlayer') ?? []).filter(name => name !== 'state');
    assert.ok(events.length === 3 && members.length > 3);
    const rows = namesInRows(section('For scripts'));
    assert.deepEqual(rows.sort(), [...new Set([...events, ...members])].sort());
    assert.deepEqual(missingIn(section('States'), ['state']), []);
  });

  it('tells what the events and the session hold', () => {
    const scripts = section('For scripts');
    const details = [...(api.get('PlaybackStats') ?? []), ...(api.get('Latency') ?? [])];
    assert.ok(details.length > 8);
    assert.deepEqual(missingIn(scripts, details), []);
    const session = /^\| `session` .*$/m.exec(scripts)?.[0] ?? '';
    const named = allOf(session, /`(\w+)/g).filter(name => name !== 'session');
    assert.ok(named.length > 4);
    assert.deepEqual(
      named.filter(name => !api.get('Session')?.includes(name)),
      [],
    );
  });
});
