/** What a domain controller says about itself (MS-ADTS §3.1.1.3.2). */
export interface DcIdentity {
  host: string;
  server: string;
  defaultNamingContext: string;
  schemaNamingContext: string;
  configurationNamingContext: string;
  controls: ReadonlySet<string>;
  /** MS-ADTS §3.1.1.3.2.26: 4 = 2008 R2 … 7 = 2016, 10 = 2025. */
  functionality: { domain: number; forest: number; controller: number };
  readOnly: boolean;
  synchronized: boolean;
  /** Its clock minus ours, in milliseconds. */
  clockSkewMs: number;
  vendor: 'samba' | 'microsoft';
}

/** LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID: a read-only controller. */
const READ_ONLY = '1.2.840.113556.1.4.1920';

export const ROOT_ATTRIBUTES = [
  ...[
    'defaultNamingContext',
    'schemaNamingContext',
    'configurationNamingContext',
    'supportedControl',
    'supportedCapabilities',
  ],
  ...[
    'dnsHostName',
    'currentTime',
    'isSynchronized',
    'domainFunctionality',
    'forestFunctionality',
    'domainControllerFunctionality',
  ],
  'vendorName',
];

type Values = (name: string) => readonly string[];

export function identityOf(server: string, values: Values, now: number): DcIdentity {
  const one = (name: string) => values(name)[0] ?? '';
  return {
    host: one('dnsHostName') || server,
    server,
    defaultNamingContext: one('defaultNamingContext'),
    schemaNamingContext: one('schemaNamingContext'),
    configurationNamingContext: one('configurationNamingContext'),
    controls: new Set(values('supportedControl')),
    functionality: {
      domain: Number(one('domainFunctionality')),
      forest: Number(one('forestFunctionality')),
      controller: Number(one('domainControllerFunctionality')),
    },
    readOnly: values('supportedCapabilities').includes(READ_ONLY),
    synchronized: one('isSynchronized') !== 'FALSE',
    clockSkewMs: (parseGeneralizedTime(one('currentTime')) ?? now) - now,
    vendor: /samba/i.test(one('vendorName')) ? 'samba' : 'microsoft',
  };
}

/** `20261123030206.0Z` */
export function parseGeneralizedTime(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
