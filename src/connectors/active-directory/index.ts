import type { ConnectorKind } from '../kind.js';
import { attributesOf } from './account/attribute-fence.js';
import { AdConnector } from './ad-connector.js';
import { defaultMapping } from './default-mapping.js';
import { candidates, foldName } from './names.js';
import { rightsScripts } from './rights/rights.js';
import { AdSettings } from './settings.js';
import { dnKey } from './values/dn.js';

export { AdSettings };

/** Targets of `kind: active-directory`. */
export const activeDirectory: ConnectorKind<AdSettings> = {
  kind: 'active-directory',
  Settings: AdSettings,
  defaultMapping,
  nameSpace(settings, kind, attribute, container) {
    const name = attribute.toLowerCase();
    if (name === 'samaccountname' || name === 'userprincipalname') return name;
    if (name !== 'rdn') return undefined;
    const place = kind === 'Group' ? settings.groups : settings.users;
    return `rdn:${foldName(dnKey(container ?? place?.container ?? ''))}`;
  },
  /** A group is moved where the settings say so; else `disable` leaves it as it is. */
  disables: (settings, kind) => kind !== 'Group' || settings.groups?.leavers.moveTo !== undefined,
  fold: (_attribute, value) => foldName(value),
  expandCandidates: (_settings, kind, attribute, given) => candidates(attribute, kind, given),
  writes: (target) => (target.toLowerCase() === 'rdn' ? ['distinguishedName'] : attributesOf(target)),
  restores: true,
  create: (settings, context) => new AdConnector(settings, context),
  rights: (settings, mapped, { restores }) => ({ scripts: rightsScripts(settings, mapped, restores) }),
};
