/** The inside of `<rtcbot-player>`: its elements and looks. No behaviour. */
export const playerHtml = `
<video part="video" muted autoplay playsinline disablepictureinpicture></video>
<div class="overlay" part="overlay">
  <p class="state" part="state" role="status" aria-live="polite"></p>
</div>
<div class="bar" part="bar">
  <output class="stats" part="stats" aria-live="off"></output>
  <slot name="controls"></slot>
  <button type="button" class="toggle" part="button" aria-label="Show latency and picture size" title="Latency and picture size">
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 13h4l3-8 4 14 3-6h4"/></svg>
  </button>
  <button type="button" class="full" part="button" aria-label="Full screen" title="Full screen">
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/></svg>
  </button>
</div>`;

/**
 * Pages set the looks by these custom properties: --rtcbot-background, --rtcbot-color,
 * --rtcbot-surface (behind texts and buttons), --rtcbot-accent, --rtcbot-radius, --rtcbot-font.
 * The attribute `fill` makes the player fill the window.
 */
export const playerCss = `
:host {
  --background: var(--rtcbot-background, #eceff3);
  --color: var(--rtcbot-color, #1a1f27);
  --surface: var(--rtcbot-surface, rgb(255 255 255 / 82%));
  --accent: var(--rtcbot-accent, #0b65d8);
  display: block; position: relative; overflow: hidden;
  width: 100%; aspect-ratio: 16 / 9; min-height: 8rem;
  background: var(--background); color: var(--color);
  border-radius: var(--rtcbot-radius, 0);
  font: 400 .9375rem/1.4 var(--rtcbot-font, system-ui, sans-serif);
}
@media (prefers-color-scheme: dark) {
  :host {
    --background: var(--rtcbot-background, #0e1116);
    --color: var(--rtcbot-color, #eef1f5);
    --surface: var(--rtcbot-surface, rgb(28 33 41 / 82%));
    --accent: var(--rtcbot-accent, #6cb0ff);
  }
}
:host([hidden]) { display: none }
:host([fill]) { position: fixed; inset: 0; width: auto; aspect-ratio: auto; border-radius: 0 }
:host(:fullscreen) { border-radius: 0 }
video { display: block; position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain }
:host(:not([state=live])) video { opacity: 0; transition: opacity .2s }
:host([state=waiting]) video { opacity: .35 }
.overlay {
  position: absolute; inset: 0; display: grid; place-items: center; padding: 1rem;
  transition: opacity .2s;
}
:host([state=live]) .overlay { opacity: 0; pointer-events: none }
.state {
  display: flex; align-items: center; gap: .65em; margin: 0; padding: .6em 1.1em;
  border-radius: 2em; background: var(--surface); text-align: center;
}
.overlay.brief .state { animation: appear .2s .4s backwards }
.overlay.brief .state::before {
  content: ''; flex: none; width: .8em; height: .8em; border-radius: 50%;
  border: .15em solid; border-right-color: transparent; animation: turn 1s linear infinite;
}
.bar {
  position: absolute; inset: auto 0 0; display: flex; align-items: center; justify-content: flex-end;
  gap: .5rem;
  padding: .5rem max(.5rem, env(safe-area-inset-right)) max(.5rem, env(safe-area-inset-bottom)) max(.5rem, env(safe-area-inset-left));
}
.stats {
  margin-right: auto; padding: .3em .8em; border-radius: 1em; background: var(--surface);
  font-size: .8125rem; font-variant-numeric: tabular-nums;
  min-width: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
}
@media (max-width: 30rem) { .stats { font-size: .75rem } }
.stats:empty, :host(:not([stats])) .stats { display: none }
:host(:not([stats])) .toggle { margin-left: auto }
button {
  flex: none; width: 2.5rem; height: 2.5rem; padding: .55rem; border: 0; border-radius: 50%;
  background: var(--surface); color: inherit; cursor: pointer; transition: opacity .2s;
}
button:hover, button[aria-pressed=true] { color: var(--accent) }
button:focus-visible { outline: .15rem solid var(--accent); outline-offset: .1rem }
svg { display: block; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
@media (hover: hover) {
  :host([state=live]:not(:hover, :focus-within)) button { opacity: .35 }
}
@media (prefers-reduced-motion: reduce) {
  .overlay.brief .state::before { animation: none; border-color: currentColor }
}
@keyframes turn { to { rotate: 1turn } }
@keyframes appear { from { opacity: 0 } }
`;
