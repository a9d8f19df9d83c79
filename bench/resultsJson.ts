import { cpus } from 'node:os';

/** What was measured as JSON, with the time and the machine. @param measured by name */
export function resultsJson(measured: Readonly<Record<string, unknown>>): string {
  const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version };
  const at = new Date().toISOString();
  return JSON.stringify({ at, machine, ...measured }, null, 2);
}
