import type { Evidence } from './checker.js';
import type { Row } from './store-snapshot.js';

/** Nothing is left in the store of work that is done or was refused. */
export function checkRows({ store, history, found }: Evidence): void {
  const links = new Map(store.links.map((link) => [link.id, link]));
  const resources = new Set(store.resources.map(({ id }) => id));
  const tell = (kind: string, row: Row, detail: string) => {
    const id = String(row.resource_id ?? row.group_id ?? row.link_id);
    const slot = found.get(id)?.slot;
    history.differs(kind, slot?.home ?? id, `${detail}: ${JSON.stringify(row)}`, slot?.history);
  };
  for (const link of store.links) {
    if (!resources.has(String(link.resource_id))) tell('link left over', link, 'its resource is gone');
    else if (link.state !== 'applied') tell('link not applied', link, `it is ${String(link.state)}`);
  }
  const linked = new Set(store.links.map(({ resource_id }) => resource_id));
  for (const id of resources) if (!linked.has(id)) tell('link missing', { resource_id: id }, 'no link');
  const outside = new Set(
    store.links.flatMap(({ anchor, resource_id }) => (anchor === null ? [resource_id] : [])),
  );
  for (const edge of store.edges)
    if (!outside.has(edge.member_id!)) tell('edge left over', edge, 'not settled');
  for (const change of store.undecided) tell('undecided', change, 'nobody decided it');
  for (const sealed of store.sealed) {
    if (sealed.purpose === 'set' && outside.has(links.get(sealed.link_id!)?.resource_id ?? null)) continue;
    if (sealed.purpose === 'set') tell('password sealed', sealed, 'delivered passwords are erased');
    else if (!links.has(sealed.link_id!)) tell('password sealed', sealed, 'its account is gone');
    else if (!sealed.delivered) tell('password sealed', sealed, 'never delivered');
  }
  for (const reservation of store.reservations)
    if (!links.has(reservation.link_id!)) tell('reservation left over', reservation, 'its link is gone');
}
