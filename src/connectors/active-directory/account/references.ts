import { ConnectorError, type DesiredReference } from '../../connector.js';
import type { Directory } from '../domain/directory.js';
import type { AdSession } from '../session/ad-session.js';
import type { AdEntry } from '../session/entry.js';
import { guidDn } from '../values/guid.js';
import type { AttributeFence } from './attribute-fence.js';
import { holds } from './difference.js';
import type { Draft } from './draft.js';

export interface ReferenceRules {
  session: AdSession;
  directory: Directory;
  fence: AttributeFence;
  stampAttribute: string;
}

/** Manager and the like: by GUID, so that a move of the other account does not matter. */
export async function planReferences(
  rules: ReferenceRules,
  draft: Draft,
  references: readonly DesiredReference[],
  entry: AdEntry | undefined,
): Promise<void> {
  for (const reference of references) {
    const name = rules.directory.schema.spelling(reference.attribute);
    if (!rules.fence.allows(draft.steps.kind, name) || !rules.directory.schema.isReference(name)) {
      throw new ConnectorError({
        kind: 'misconfigured',
        attribute: name,
        detail: `The mapping ${reference.mapping} writes ${name}, which does not refer to another account.`,
      });
    }
    if (reference.anchors.length === 0 && reference.pending.length > 0) continue;
    const found = await resolve(rules, reference.anchors);
    if (found.length < reference.anchors.length) {
      draft.warnings.push(`${name} is left as it is: the account it refers to is gone from the domain`);
      continue;
    }
    const wanted = found.map(({ dn }) => dn);
    if (entry ? holds(rules.directory.schema, entry, name, wanted) : wanted.length === 0) continue;
    if (
      wanted.length === 0 &&
      !draft.steps.createdByUs &&
      (await isForeign(rules, draft.steps.stamp, entry!.all(name)))
    ) {
      draft.warnings.push(
        `${name} is left as it is: it refers to an account that is not provisioned by this gateway`,
      );
      continue;
    }
    draft.steps.writes = [...draft.steps.writes, { name, values: found.map(({ guid }) => guidDn(guid)) }];
    draft.changes.push({
      attribute: name,
      old: entry?.all(name) ?? [],
      new: wanted,
      mapping: reference.mapping,
    });
  }
}

/** What an adopted account referred to before us was never ours to say, as long as it is no account of ours. */
async function isForeign(
  { directory, session, stampAttribute }: ReferenceRules,
  ownStamp: string,
  dns: readonly string[],
): Promise<boolean> {
  const [store] = ownStamp.split(':');
  const found = await Promise.all(dns.map((dn) => directory.readOne(session, dn, [stampAttribute])));
  return found.every((entry) => entry?.one(stampAttribute)?.split(':')[0] !== store);
}

async function resolve(rules: ReferenceRules, anchors: readonly string[]): Promise<AdEntry[]> {
  const found = await Promise.all(
    anchors.map((anchor) => rules.directory.byGuid(rules.session, anchor, ['objectGUID'])),
  );
  return found.filter((entry): entry is AdEntry => entry !== undefined);
}
