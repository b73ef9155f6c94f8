/** The target that the delegated account of the lab is made for: its rights script is printed into rights.sh. */
import { places } from './domain.mjs';

const { usersOu, groupsOu, archiveOu, bindDn } = places;

export const labSettings = {
  bindDn,
  users: { container: usersOu, leavers: { moveTo: archiveOu } },
  groups: { container: groupsOu, leavers: { moveTo: archiveOu } },
  loopGuard: { mark: 'adminDescription' },
};

/** What the tests map besides the default mapping. */
const more = {
  User: [
    ...['telephoneNumber+otherTelephone', 'proxyAddresses', 'accountExpires', 'thumbnailPhoto'],
    ...['description', 'info'],
  ],
  Group: ['mail', 'description', 'info', 'managedBy'],
};

/** Mapped attributes by kind, from the default mapping of the connector. */
export const labMapped = (defaultMapping) =>
  Object.fromEntries(
    Object.entries(more).map(([kind, names]) => [
      kind,
      [...new Set([...defaultMapping[kind].mapping.map(({ target }) => target), ...names])],
    ]),
  );

/** The script that `landfall target rights` prints for it. */
export function labRights(kind) {
  const settings = Object.assign(new kind.Settings(), labSettings);
  return kind.rights(settings, labMapped(kind.defaultMapping), { restores: false }).scripts['samba-tool'];
}
