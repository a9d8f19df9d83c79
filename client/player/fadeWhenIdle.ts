/** So long after the last movement the controls fade. */
const IDLE_MS = 3000;

/**
 * Gives `player` the attribute `idle` when nobody has pointed at it or pressed a key in it for a
 * while, and takes it away at once when somebody does. The mouse that leaves ends the wait.
 * @param root its inside, where an open menu or the focus of the keyboard keeps it awake
 */
export function fadeWhenIdle(player: HTMLElement, root: ParentNode): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    clearTimeout(timer);
    if (root.querySelector('.menu[open], :focus-visible')) wake();
    else player.toggleAttribute('idle', true);
  };
  const wake = () => {
    clearTimeout(timer);
    player.removeAttribute('idle');
    timer = setTimeout(rest, IDLE_MS);
  };
  for (const type of ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const) {
    player.addEventListener(type, wake);
  }
  player.addEventListener('pointerleave', ({ pointerType }) => {
    // A finger leaves at each lift, and then the controls are wanted.
    if (pointerType === 'mouse') rest();
  });
  // Awake at first, but an element may not change its attributes while it is being made.
  timer = setTimeout(rest, IDLE_MS);
}
