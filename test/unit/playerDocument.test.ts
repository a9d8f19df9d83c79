import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { stateTexts } from '../../client/PlayerState';
import { playerCss, playerHtml } from '../../client/playerView';
import { RtcbotPlayer } from '../../client/RtcbotPlayer';

const document = readFileSync(join(__dirname, '../../docs/player.md'), 'utf8');
const found = (text: string, pattern: RegExp) =>
  new Set([...text.matchAll(pattern)].map(([, name = '']) => name));

describe('The document of the player names', () => {
  const named = (name: string) => assert.ok(document.includes(`\`${name}\``), name);

  it('each attribute', () => {
    for (const name of [...RtcbotPlayer.observedAttributes, 'fill']) named(name);
  });

  it('each part', () => {
    const parts = [...found(playerHtml, / part="([^"]+)"/g)].flatMap(names => names.split(' '));
    assert.ok(parts.length > 15);
    for (const name of parts) named(name);
  });

  it('each custom property, and none that does not exist', () => {
    const inCode = found(playerCss, /var\((--rtcbot-\w[\w-]*)/g);
    assert.deepEqual(found(document, /(--rtcbot-\w[\w-]*)/g), inCode);
    assert.equal(inCode.size, 7);
  });

  it('each state, with its words', () => {
    for (const [state, text] of Object.entries(stateTexts)) {
      named(state);
      if (state !== 'live') assert.ok(document.includes(`| \`${state}\` | ${text}`), state);
    }
  });
});
