import type { Endpoint, Handler } from './endpoint';

/** In each reply: which run of the media engine serves it. */
export const RUN_HEADER = 'RTCBot-Run';

/**
 * An endpoint whose replies name the run of the media engine, so that a page whose connection is
 * silent can see that the engine was started anew and its peer is gone.
 * @param run undefined while no engine runs
 */
export function withRun(endpoint: Endpoint, run: () => string | undefined): Endpoint {
  const handle: Handler = (request, response, next) => {
    if (endpoint.owns(request)) {
      const { writeHead } = response;
      // As late as can be: an offer may wait for the next run.
      response.writeHead = (...args: unknown[]) => {
        response.setHeader(RUN_HEADER, run() ?? 'none');
        return Reflect.apply(writeHead, response, args);
      };
    }
    endpoint(request, response, next);
  };
  const { owns, lists } = endpoint;
  return Object.assign(handle, { owns, lists });
}
