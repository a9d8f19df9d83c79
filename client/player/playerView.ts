/** The inside of `<rtcbot-player>`: its elements and looks. No behaviour. */
export const playerHtml = `
<video class="picture" part="video" muted autoplay playsinline aria-label="Live picture"></video>
<div class="overlay" part="overlay">
  <p class="state" part="state" role="status"></p>
  <button type="button" class="take" part="button take">Take over</button>
  <button type="button" class="play" part="button play">Play</button>
  <form class="entry" part="entry" hidden>
    <input name="token" part="token" type="password" autocomplete="current-password" required aria-label="Token" placeholder="Token">
    <button class="enter" part="button enter">Connect</button>
  </form>
</div>
<video class="own" part="own" muted autoplay playsinline hidden aria-label="Your camera"></video>
<div class="bar" part="bar">
  <p class="notice" part="notice" role="alert" hidden></p>
  <div class="row"><output class="stats" part="stats" aria-live="off"></output>
  <div class="buttons"><slot name="controls"></slot>
  ${button('sound', 'Sound', 'M4 9.5v5h3.5L12 19V5L7.5 9.5z', 'M15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11', 'M16 9.5l5 5M21 9.5l-5 5', '<span class="off">Sound on</span>')}
  ${button('microphone', 'Send your microphone', 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4', '', 'M4 3l16 18')}
  ${button('camera', 'Send your camera', 'M3 7h11v10H3zM14 11l7-3.5v9L14 13', '', 'M4 3l16 18')}
  ${button('devices', 'Choose devices', 'M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5M8 14.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5')}
  ${button('snapshot', 'Save a snapshot', 'M4 8h3.5L9 5h6l1.5 3H20v11H4zM12 10a3.2 3.2 0 1 1 0 6.4a3.2 3.2 0 1 1 0-6.4')}
  ${button('figures', 'Latency and picture size', 'M3 13h4l3-8 4 14 3-6h4')}
  ${button('float', 'Picture in picture', 'M3 5h18v14H3zM12 12h6v4h-6z')}
  ${button('full', 'Full screen', 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5')}
</div></div></div>
<dialog class="menu" part="menu" aria-label="Devices" closedby="any">
  <form method="dialog">
    ${choice('microphone', 'Microphone')}
    ${choice('camera', 'Camera')}
    ${choice('speaker', 'Loudspeaker')}
    <p class="hint"></p>
    <button class="done" part="button done">Done</button>
  </form>
</dialog>`;

/** A button with an icon: SVG paths that are always there, only while pressed, and only while not. */
function button(name: string, label: string, always: string, on = '', off = '', more = ''): string {
  return `<button type="button" class="${name}" part="button ${name}" aria-label="${label}" title="${label}">
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${always}"/><path class="on" d="${on}"/><path class="off" d="${off}"/></svg>${more}</button>`;
}

/** A list of devices; its first entry leaves the choice to the browser. */
function choice(name: string, label: string): string {
  return `<label>${label}<select name="${name}"><option value="">Automatic</option></select></label>`;
}

/**
 * Pages set the looks by these custom properties: --rtcbot-background, --rtcbot-color,
 * --rtcbot-surface (behind texts and buttons), --rtcbot-accent, --rtcbot-on-accent (on top of it),
 * --rtcbot-radius, --rtcbot-font. The attribute `fill` makes the player fill the window.
 */
export const playerCss = `
:host {
  --background: #eceff3; --color: #1a1f27; --surface: rgb(255 255 255 / 82%);
  --accent: #0b65d8; --on-accent: #fff;
  display: block; position: relative; overflow: hidden;
  width: 100%; aspect-ratio: 16 / 9; min-height: 8rem;
  background: var(--rtcbot-background, var(--background)); color: var(--rtcbot-color, var(--color));
  border-radius: var(--rtcbot-radius, 0);
  font: 400 .9375rem/1.4 var(--rtcbot-font, system-ui, sans-serif);
}
@media (prefers-color-scheme: dark) {
  :host {
    --background: #0e1116; --color: #eef1f5; --surface: rgb(28 33 41 / 82%);
    --accent: #6cb0ff; --on-accent: #0e1116;
  }
}
:host([hidden]), [hidden] { display: none !important }
:host([fill]) { position: fixed; inset: 0; width: auto; aspect-ratio: auto }
:host([fill]), :host(:fullscreen) { border-radius: 0 }
video { position: absolute }
* { box-sizing: border-box }
.picture, .overlay, button { transition: opacity .2s }
.picture { inset: 0; width: 100%; height: 100%; object-fit: contain }
:host(:not([state=live])) .picture { opacity: 0 }
:host([state=waiting]) .picture { opacity: .35 }
.own {
  inset: env(safe-area-inset-top) env(safe-area-inset-right) auto auto; margin: .5rem;
  width: clamp(4.5rem, 18%, 11rem); border-radius: .5rem; transform: scaleX(-1);
}
.overlay {
  position: absolute; inset: 0; display: grid; place-content: center; justify-items: center;
  gap: .75rem; padding: 1rem;
}
:host([state=live]) .overlay { opacity: 0; pointer-events: none }
.state, .stats, .notice, button { background: var(--rtcbot-surface, var(--surface)) }
.state {
  display: flex; align-items: center; gap: .65em; margin: 0; padding: .6em 1.1em;
  border-radius: 2em; text-align: center;
}
.brief .state { animation: appear .2s .4s backwards }
.brief .state::before {
  content: ''; flex: none; width: .8em; height: .8em; border-radius: 50%;
  border: .15em solid; border-right-color: transparent; animation: turn 1s linear infinite;
}
.bar {
  position: absolute; padding: .5rem;
  inset: auto env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
}
.row, .buttons {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: .5rem;
}
.notice {
  width: fit-content; margin: 0 auto .5rem; padding: .5em 1.1em; border-radius: 1.2em;
  text-align: center;
}
.stats {
  margin-right: auto; padding: .3em .8em; border-radius: 1em;
  font-size: .8125rem; font-variant-numeric: tabular-nums;
  max-width: 100%; white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
}
.stats:empty, :host(:not([stats])) .stats { display: none }
button {
  --level: 0; --highlight: var(--rtcbot-accent, var(--accent));
  flex: none; width: 2.5rem; height: 2.5rem; padding: .55rem; border: 0; border-radius: 50%;
  color: inherit; font: inherit; cursor: pointer;
}
button:hover, :is(.figures, .float)[aria-pressed=true] { color: var(--highlight) }
:is(button, select, input):focus-visible { outline: .15rem solid var(--highlight); outline-offset: .1rem }
.take, .play, .done, .enter {
  width: auto; padding: .55rem 1.2rem; border-radius: 1.25rem;
  color: var(--rtcbot-on-accent, var(--on-accent)); background: var(--highlight);
}
:is(.take, .play, .done, .enter):hover { color: var(--rtcbot-on-accent, var(--on-accent)) }
:host(:not([state=replaced])) .take, :host(:not([state=blocked])) .play { display: none }
button:disabled { opacity: .4; cursor: default; color: inherit }
/* Above the page, so that a small player does not cut it off. */
.menu { width: 20rem; background: var(--rtcbot-background, var(--background)); padding: 0; border: 1px solid rgb(128 128 128 / 40%); border-radius: 1rem; color: inherit }
.menu::backdrop { background: rgb(0 0 0 / 30%) }
.menu form { display: grid; gap: .6rem; padding: 1rem }
.menu label { display: grid; grid-template-columns: 6.5rem 1fr; align-items: center }
.entry { display: flex; gap: .5rem; max-width: 100% }
.menu select, .entry input {
  min-width: 0; padding: .35em .5em; border: 1px solid; border-radius: .5em;
  font: inherit; color: inherit; background: var(--rtcbot-background, var(--background));
}
.hint { margin: 0 }
.done { justify-self: end }
.hint:empty { display: none }
.sound[aria-pressed=false] {
  display: flex; align-items: center; gap: .4em;
  width: auto; border-radius: 1.25rem;
}
:is(.microphone, .camera)[aria-pressed=true] {
  color: var(--rtcbot-on-accent, var(--on-accent)); background: var(--highlight);
  box-shadow: 0 0 0 calc(var(--level) * .5rem) color-mix(in srgb, var(--highlight), #0000);
}
[aria-pressed=true] .off, [aria-pressed=false] .on { display: none }
svg {
  display: block; width: 1.4rem; height: 1.4rem; fill: none; stroke: currentColor;
  stroke-width: 2; stroke-linecap: round; stroke-linejoin: round;
}
/* What is sent is never hidden, nor that there is sound to be heard. */
:host([idle][state=live]) .buttons > button:not(:is(.microphone, .camera)[aria-pressed=true], .sound[aria-pressed=false]) {
  opacity: 0; pointer-events: none;
}
:host([idle][state=live]) { cursor: none }
@media (prefers-reduced-motion: reduce) {
  .brief .state::before { animation: none; border-color: currentColor }
}
@keyframes turn { to { rotate: 1turn } }
@keyframes appear { from { opacity: 0 } }
`;
