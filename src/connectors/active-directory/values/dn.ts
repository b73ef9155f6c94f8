/**
 * Distinguished names (RFC 4514). Written with hex pairs only: the client library splits a name at the first
 * comma without a backslash before it, and a value that ends in a backslash would break that.
 */
export interface Rdn {
  type: string;
  value: string;
}

const SPECIAL = new Set(['\\', ',', '+', '"', '<', '>', ';', '=']);

export function escapeRdnValue(value: string): string {
  const characters = [...value];
  return characters
    .map((character, index) => {
      const edge = index === 0 || index === characters.length - 1;
      const code = character.codePointAt(0)!;
      const hidden = code < 0x20 || code === 0x7f;
      const marked =
        SPECIAL.has(character) || (edge && character === ' ') || (index === 0 && character === '#');
      return hidden || marked ? hexPair(code) : character;
    })
    .join('');
}

function hexPair(code: number): string {
  return `\\${code.toString(16).toUpperCase().padStart(2, '0')}`;
}

export function formatDn(rdns: readonly Rdn[]): string {
  return rdns.map(({ type, value }) => `${type}=${escapeRdnValue(value)}`).join(',');
}

/** The name of an object in a container whose own name is written as it stands. */
export function childDn(commonName: string, container: string): string {
  return `CN=${escapeRdnValue(commonName)},${formatDn(parseDn(container) ?? [])}`;
}

const RDN = /^ *([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+) *=((?:\\[^]|[^\\,+])*)([,+]|$)/;

/** Undefined when it is no distinguished name. Names with several attributes in one part (`+`) are not used by AD. */
export function parseDn(text: string): Rdn[] | undefined {
  const rdns: Rdn[] = [];
  let rest = text;
  while (rest.length > 0) {
    const match = RDN.exec(rest);
    if (!match || match[3] === '+') return undefined;
    const value = unescapeValue(match[2]!);
    if (value === undefined || value === '') return undefined;
    rdns.push({ type: match[1]!, value });
    rest = rest.slice(match[0].length);
    if (match[3] === ',' && rest.length === 0) return undefined;
  }
  return rdns;
}

function unescapeValue(escaped: string): string | undefined {
  const bytes: Buffer[] = [];
  const text = trimUnescaped(escaped);
  for (let at = 0; at < text.length;) {
    const pair = /^\\([0-9A-Fa-f]{2})/.exec(text.slice(at, at + 3));
    if (pair) {
      bytes.push(Buffer.from(pair[1]!, 'hex'));
      at += 3;
    } else {
      if (text[at] === '\\') at += 1;
      const character = String.fromCodePoint(text.codePointAt(at)!);
      bytes.push(Buffer.from(character));
      at += character.length;
    }
  }
  const value = Buffer.concat(bytes);
  const decoded = value.toString('utf8');
  return Buffer.from(decoded).equals(value) ? decoded : undefined;
}

/** Blanks only: other white space at the ends belongs to the value. */
function trimUnescaped(text: string): string {
  const start = text.replace(/^ +/, '');
  // Not by an expression: one that looks for blanks at the end tries every run of blanks on the way, each blank of it anew.
  let length = start.length;
  while (start[length - 1] === ' ') length -= 1;
  const end = start.slice(0, length);
  return end.endsWith('\\') && length < start.length ? `${end} ` : end;
}

/** Equal for names that mean the same object, however they are escaped or capitalised. */
export function dnKey(dn: string): string {
  const rdns = parseDn(dn);
  if (!rdns) return dn.toLowerCase();
  return JSON.stringify(
    rdns.map(({ type, value }) => [type.toLowerCase(), value.normalize('NFC').toLowerCase()]),
  );
}

export function sameDn(a: string, b: string): boolean {
  return dnKey(a) === dnKey(b);
}

/** True for the base itself and for everything below it. */
export function isWithin(dn: string, base: string): boolean {
  const inner = parseDn(dn);
  const outer = parseDn(base);
  if (!inner || !outer || inner.length < outer.length) return false;
  return sameDn(formatDn(inner.slice(inner.length - outer.length)), formatDn(outer));
}

export function parentOf(dn: string): string {
  return formatDn((parseDn(dn) ?? []).slice(1));
}

/** The value of the first part: the common name of a user or group. */
export function nameOf(dn: string): string {
  return parseDn(dn)?.[0]?.value ?? '';
}

/** `DC=corp,DC=example` of `corp.example`. */
export function dnOfDomain(domain: string): string {
  return formatDn(domain.split('.').map((value) => ({ type: 'DC', value })));
}

export function domainOfDn(dn: string): string {
  return (parseDn(dn) ?? [])
    .filter(({ type }) => type.toUpperCase() === 'DC')
    .map(({ value }) => value)
    .join('.');
}

/** The objectGUID in an extended DN: `<GUID=…>;<SID=…>;CN=…` (MS-ADTS §3.1.1.3.4.1.5). */
export function extendedGuid(extended: string): string | undefined {
  return /^<GUID=([0-9a-f-]{36})>/i.exec(extended)?.[1]?.toLowerCase();
}

/** An extended DN without its ids; a plain one as it is. */
export function plainDn(dn: string): string {
  return dn.replace(/^(?:<[^>]*>;)+/, '');
}
