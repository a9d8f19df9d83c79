import type { ResourceLimits } from 'node:worker_threads';

/**
 * Room for the worker's short-lived objects, in MB. Pictures and sound lie outside of it; Node's
 * default of 48 only lets garbage pile up: the worker at rest held 82 MB with it, 61 with this.
 */
const YOUNG_GENERATION_MB = 12;

/** Of every worker of ours. */
export const WORKER_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
