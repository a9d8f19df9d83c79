import { AllowList } from '../../signaling/access/AllowList';
import type { OriginRules } from '../../signaling/access/originPolicy';
import { machineNames } from './machineNames';

/** The settings of a node that say whose pages may use what it serves. */
export interface OriginConfig {
  /** Origins and names besides our own. Absent in flows of older versions. */
  readonly origins?: string;
  /** Whose pages may show ours in a frame. Absent in flows of older versions, and in a display. */
  readonly framedBy?: string;
}

/** Whose pages may ask. @throws SettingError that names the wrong entry */
export function originRules({ origins }: OriginConfig): OriginRules {
  return { allowed: AllowList.parse(origins, 'origins'), machine: machineNames };
}

/** Whose pages may frame ours, as sources of a CSP. @throws SettingError that names the wrong entry */
export function framingSources({ framedBy }: OriginConfig): readonly string[] {
  return AllowList.parse(framedBy, 'framedBy').sources;
}
