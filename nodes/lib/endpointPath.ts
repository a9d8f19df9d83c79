import { SettingError } from '../../engine/model/errors/errors';

/**
 * The path of an endpoint in its one form: begins with '/', has no empty parts, and does not end
 * with '/' unless it is '/'. Empty means '/'.
 * @throws SettingError for what a browser would not send back as it stands
 */
export function normalisePath(path: string): string {
  // Browsers turn a backslash into a slash, and cut or resolve the others.
  const bad = /[?#%\\\p{Cc}]/u.exec(path.trim())?.[0];
  if (bad !== undefined) throw new SettingError('path', `it must not hold ${JSON.stringify(bad)}`);
  const parts = path.trim().split('/').filter(Boolean);
  const dots = parts.find(part => part === '.' || part === '..');
  if (dots !== undefined) throw new SettingError('path', `it must not hold the part "${dots}"`);
  return `/${parts.join('/')}`;
}

/** The settings that decide where nodes' HTTP routes lie. */
export interface RootSettings {
  readonly httpNodeRoot?: string | false | undefined;
}

/** The path at which a browser finds an endpoint, for people to read: `httpNodeRoot` and the path. */
export function publicPath({ httpNodeRoot }: RootSettings, path: string): string {
  const parts = `${httpNodeRoot || ''}/${path}`.split('/').filter(Boolean);
  return `/${parts.join('/')}`;
}

/** The same as the beginning of URLs: escaped, and '' instead of '/', so that `${base}/connect` is right. */
export function urlBase(settings: RootSettings, path: string): string {
  const whole = publicPath(settings, '/');
  const root = whole === '/' ? '' : whole;
  // The root is in the settings as it stands in URLs; the path is as a person writes it.
  return path === '/' ? root : root + encodeURI(path);
}
