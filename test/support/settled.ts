/** Resolves when all promises that could settle without outside events have settled. */
export function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
