/** Hex pairs are understood everywhere (RFC 4514 §2.4); escapes by a backslash and the character are not. */
export function escapeRdnValue(value: string): string {
  const inner = value.replace(/[\\,+"<>;=\x00-\x1f\x7f]/g, hexPair);
  return inner.replace(/^[# ]/, hexPair).replace(/ $/, hexPair);
}

function hexPair(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** For comparing: attribute types and values of names are compared without case in the directories this is for. */
export function dnKey(dn: string): string {
  return dn.toLowerCase();
}
