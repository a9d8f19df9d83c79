import type { NodeAPI } from 'node-red';
import type { Answerer } from '../../signaling/Answerer';
import { createEndpoint, type EndpointAssets } from '../../signaling/endpoint';
import { withRun } from '../../signaling/withRun';
import type { ConnectionConfig } from './connectionOptions';
import { normalisePath, urlBase } from './endpointPath';
import { type Mount, type MountListener, Mounts } from './mount';
import { framingSources, originRules } from './originSettings';

/** What an rtc-connection's endpoint is made of. */
export interface EndpointParts {
  readonly config: ConnectionConfig;
  readonly token: string | undefined;
  /** With the run of the media engine, if one runs. */
  readonly answerer: Answerer & { readonly run: string | undefined };
  readonly assets: EndpointAssets;
  readonly listener: MountListener;
}

/** Serves the endpoint of an rtc-connection at its path. @throws SettingError for a path that cannot be */
export function mountEndpoint(RED: NodeAPI, parts: EndpointParts): Mount {
  const { config, token, answerer, assets, listener } = parts;
  const path = normalisePath(config.path);
  const latency = config.latency === 'smooth' ? 'smooth' : 'lowest';
  const endpoint = createEndpoint({
    path,
    base: urlBase(RED.settings, path),
    answerer,
    page: config.page !== false,
    assets: { ...assets, page: assets.page.replaceAll('{{latency}}', latency) },
    token,
    origins: originRules(config),
    framedBy: framingSources(config),
    log: line => RED.log.info(`[rtc-connection:${path}] ${line}`),
  });
  const told = withRun(endpoint, () => answerer.run);
  return Mounts.of(RED).claim(path, told, listener);
}
