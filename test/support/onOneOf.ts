/**
 * Tries until one attempt comes through, for what must come about within a time: the product keeps
 * it, and a machine that is busy with something else at that moment may not. What never keeps it fails.
 * @throws what the last attempt threw
 */
export async function onOneOf<T>(
  attempts: number,
  attempt: (isLast: boolean) => Promise<T>,
): Promise<T> {
  for (let left = attempts - 1; left > 0; left -= 1) {
    try {
      return await attempt(false);
    } catch {
      // The next one tells.
    }
  }
  return attempt(true);
}
