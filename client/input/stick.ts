/** The geometry of a joystick. Pure. */

/** Where a stick is: `x` to the right, `y` forward (up), each -1 to 1, together within the circle. */
export interface StickPosition {
  readonly x: number;
  readonly y: number;
}

export const AT_REST: StickPosition = { x: 0, y: 0 };

/** The position of a stick pulled by `dx`, `dy` pixels (`dy` downwards) of `radius` pixels. */
export function positionOf(
  dx: number,
  dy: number,
  radius: number,
  deadZone: number,
): StickPosition {
  const length = Math.hypot(dx, dy) / radius;
  if (!(length > deadZone)) return AT_REST;
  const pull = (Math.min(length, 1) - deadZone) / (1 - deadZone);
  const scale = pull / (length * radius);
  return { x: rounded(dx * scale), y: rounded(-dy * scale) };
}

function rounded(value: number): number {
  // No -0, which JSON writes as 0 but a comparison may not.
  return Math.round(value * 1000) / 1000 + 0;
}
