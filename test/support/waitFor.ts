import { setTimeout as sleep } from 'node:timers/promises';

/** Thrown by what is asked when waiting on is of no use. */
export class NoUseError extends Error {}

/**
 * Asks again and again until the answer is neither undefined nor false, and gives that answer.
 * For what has no event to wait for: another process, the kernel, a page.
 * @param what a phrase for the error: "no … within 3 s"
 * @throws Error when `limitMs` pass without such an answer; it holds the last error of `ask`
 * @throws NoUseError as soon as `ask` throws one
 */
export async function waitFor<T>(
  what: string,
  limitMs: number,
  ask: () => T | Promise<T>,
  { everyMs = 50 }: { everyMs?: number } = {},
): Promise<Exclude<T, false | undefined>> {
  const until = performance.now() + limitMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, false | undefined>;
      cause = undefined;
    } catch (error) {
      if (error instanceof NoUseError) throw error;
      cause = error;
    }
    if (performance.now() >= until) break;
    await sleep(everyMs);
  }
  throw new Error(`no ${what} within ${limitMs / 1000} s`, { cause });
}
