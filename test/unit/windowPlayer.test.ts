import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isClosedByUser, windowFailure } from '../../engine/output/window/windowEnd';
import {
  drawingOf,
  screenEnvironment,
  screenProblem,
  WINDOW_PROGRAMS,
  type WindowLook,
  windowPlayer,
} from '../../engine/output/window/windowPlayer';
import type { ChildExit } from '../../engine/process/Child';

const look: WindowLook = {
  width: 322,
  height: 241,
  title: 'Camera 1',
  fullScreen: false,
  drawing: 'automatic',
};

describe('windowPlayer', () => {
  for (const program of WINDOW_PROGRAMS) {
    it(`gives ${program} the title as one argument, and the size`, () => {
      const { args } = windowPlayer(program, look);
      assert.ok(args.some(arg => arg === 'Camera 1' || arg === '--title=Camera 1'));
      assert.match(args.join(' '), /322x241|-w=322 .*-h=241/);
    });

    it(`makes ${program} fill the screen only when told to`, () => {
      const normal = windowPlayer(program, look).args;
      const full = windowPlayer(program, { ...look, fullScreen: true }).args;
      assert.notDeepEqual(full, normal);
      assert.match(full.join(' '), /--fullscreen=yes|-fs |-window_fullscreen 1/);
    });
  }

  it('tells mpv how many bytes a picture of odd size has', () => {
    assert.ok(windowPlayer('mpv', look).args.includes('--demuxer-rawvideo-size=116564'));
  });

  it('keeps mpv from taking a title for a property', () => {
    const { args } = windowPlayer('mpv', { ...look, title: '$' + '{path} 5 $' });
    assert.ok(args.includes('--title=$$' + '{path} 5 $$'));
  });

  for (const { drawing, output } of [
    { drawing: 'automatic', output: undefined },
    { drawing: 'graphics card', output: '--vo=gpu,xv,x11' },
    { drawing: 'software', output: '--vo=x11' },
  ] as const) {
    it(`draws by ${output ?? "mpv's choice"} with ${drawing}`, () => {
      const { args } = windowPlayer('mpv', { ...look, drawing });
      assert.equal(
        args.find(arg => arg.startsWith('--vo')),
        output,
      );
    });
  }
});

describe('The screen', () => {
  for (const { it: sentence, settings, env, expected } of [
    {
      it: 'is that of the settings rather than that of the environment',
      settings: { display: ':1' },
      env: { DISPLAY: ':0', HOME: '/root' },
      expected: { DISPLAY: ':1', HOME: '/root', SDL_VIDEODRIVER: 'x11' },
    },
    {
      it: 'is that of the environment when nothing is set',
      settings: { display: '', waylandDisplay: '', runtimeDirectory: '' },
      env: { DISPLAY: ':0' },
      expected: { DISPLAY: ':0', SDL_VIDEODRIVER: 'x11' },
    },
    {
      it: 'may be Wayland alone',
      settings: { waylandDisplay: 'wayland-0', runtimeDirectory: '/run/user/1000' },
      env: {},
      expected: {
        WAYLAND_DISPLAY: 'wayland-0',
        XDG_RUNTIME_DIR: '/run/user/1000',
        SDL_VIDEODRIVER: 'wayland',
      },
    },
  ]) {
    it(sentence, () => {
      assert.deepEqual(screenEnvironment(env, settings, 'linux'), { ...expected, LC_ALL: 'C' });
    });
  }

  for (const { it: sentence, env, platform, problem } of [
    { it: 'is missing without both variables', env: {}, platform: 'linux', problem: /DISPLAY/ },
    {
      it: 'needs its directory with Wayland',
      env: { WAYLAND_DISPLAY: 'wayland-0' },
      platform: 'linux',
      problem: /XDG_RUNTIME_DIR/,
    },
    { it: 'may be there with X', env: { DISPLAY: ':0' }, platform: 'linux', problem: undefined },
    { it: 'needs no variable on macOS', env: {}, platform: 'darwin', problem: undefined },
  ] as const) {
    it(sentence, () => {
      const found = screenProblem(env, platform);
      if (problem) assert.match(found ?? '', problem);
      else assert.equal(found, undefined);
    });
  }

  for (const { it: sentence, env, hasCard, platform, drawing } of [
    {
      it: 'is drawn by the card',
      env: { DISPLAY: ':0' },
      hasCard: true,
      platform: 'linux',
      drawing: 'graphics card',
    },
    {
      it: 'is drawn without a card',
      env: { DISPLAY: ':0' },
      hasCard: false,
      platform: 'linux',
      drawing: 'software',
    },
    {
      it: 'is left to the player on Windows',
      env: {},
      hasCard: false,
      platform: 'win32',
      drawing: 'automatic',
    },
  ] as const) {
    it(sentence, () =>
      assert.equal(
        drawingOf(env, () => hasCard, platform),
        drawing,
      ),
    );
  }
});

describe('The end of a player', () => {
  const exit = (fields: Partial<ChildExit>): ChildExit => ({
    code: null,
    signal: null,
    lastWords: [],
    ...fields,
  });

  for (const { it: sentence, end, code, byUser = false } of [
    {
      it: 'is the user’s doing when it ended well',
      end: exit({ code: 0 }),
      byUser: true,
      code: '',
    },
    {
      it: 'is the user’s doing when ffmpeg lost its window',
      end: exit({ code: 1, lastWords: ['av_interleaved_write_frame(): Input/output error'] }),
      byUser: true,
      code: '',
    },
    {
      it: 'is a missing screen when mpv has nothing to play on',
      end: exit({ code: 2 }),
      code: 'no-display',
    },
    {
      it: 'is a missing screen when SDL says so',
      end: exit({
        code: 1,
        lastWords: [
          'Could not initialize SDL - x11 not available',
          '(Did you set the DISPLAY variable?)',
        ],
      }),
      code: 'no-display',
    },
    {
      it: 'is a failure when it was killed',
      end: exit({ signal: 'SIGKILL' }),
      code: 'window-failed',
    },
    {
      it: 'is a failure with its last words',
      end: exit({ code: 1, lastWords: ['so sad'] }),
      code: 'window-failed',
    },
    {
      it: 'is a failure when it did not start',
      end: exit({ error: new Error('EACCES') }),
      code: 'window-failed',
    },
  ]) {
    it(sentence, () => {
      assert.equal(isClosedByUser(end), byUser);
      if (!byUser) assert.equal(windowFailure(end, ':0').code, code);
    });
  }
});
