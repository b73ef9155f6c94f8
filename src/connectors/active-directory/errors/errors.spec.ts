import { readFileSync } from 'node:fs';
import { recognise, rowFor } from './ad-error.js';
import { connectorError, kindOf } from './connector-error.js';

interface Vector {
  resultCode: number | null;
  win32: string | null;
  operation: string;
  meaning: string;
  retryMode: string;
  scim: { status: number | null; scimType: string | null };
  example: string;
  treatAs?: string;
}

const vectors = JSON.parse(readFileSync('test/vectors/ad-errors.json', 'utf8')) as Vector[];

/** What the client library throws: a numeric code for an answer, none for a broken connection. */
function thrown(code: number | null, text: string): Error {
  const error = new Error(code === null ? text : `${text} Code: 0x${code.toString(16)}`);
  return code === null ? error : Object.assign(error, { code });
}

/** Each alternative that the table gives as a sample of the controller's text. */
const samples = vectors
  .filter(({ operation, example }) => operation !== 'default' && example !== '')
  .flatMap((vector) =>
    vector.example.split(' | ').map((example) => {
      const named = vector.win32 !== null && !/^[0-9A-F]{8}: /.test(example);
      const text = named ? `${vector.win32}: ${example.replace(/^Windows [0-9A-F]{8}: /, '')}` : example;
      return { vector, text };
    }),
  );

describe('Answers of domain controllers', () => {
  it.each(
    samples.map(
      ({ vector, text }) =>
        [`${vector.resultCode}/${vector.win32 ?? '-'} ${vector.operation}`, text, vector] as const,
    ),
  )('%s is recognised by: %s', (_name, text, vector) => {
    const { row } = recognise(thrown(vector.resultCode, text), vector.operation);
    expect({
      status: row.status ?? null,
      scimType: row.scimType ?? null,
      retryMode: row.retryMode,
      satisfied: row.satisfied,
    }).toEqual({
      status: vector.scim.status,
      scimType: vector.scim.scimType,
      retryMode: vector.retryMode,
      satisfied: vector.treatAs === 'success',
    });
  });

  it.each(
    vectors
      .filter(({ operation }) => operation === 'default')
      .map((vector) => [vector.resultCode, vector] as const),
  )('result code %i falls back to its default', (code, vector) => {
    const row = rowFor(code!, undefined, 'a text nobody knows', 'search');
    expect([row.retryMode, row.status ?? null]).toEqual([vector.retryMode, vector.scim.status]);
  });

  it('ignores the DSID, which changes with every build', () => {
    const text = (dsid: string) =>
      `000021C8: AtrErr: DSID-${dsid}, #1: 0: 000021C8: DSID-${dsid}, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 90290 (userPrincipalName)`;
    for (const dsid of ['03200BBA', '0FFFFFFF']) {
      const error = recognise(thrown(19, text(dsid)), 'add');
      expect(connectorError(error, { doing: 'create "x"' })).toMatchObject({
        kind: 'conflict',
        scimType: 'uniqueness',
        attribute: 'userPrincipalName',
      });
    }
  });

  const kinds: [number | null, string, string, string][] = [
    [
      null,
      'Connection closed before message response was received. Message type: ModifyRequest (0x66)',
      'modify',
      'unknown',
    ],
    [
      null,
      'Connection closed before message response was received. Message type: SearchRequest (0x63)',
      'search',
      'unavailable',
    ],
    [null, 'AddRequest: Operation timed out', 'add', 'unknown'],
    [null, 'Socket connection not established', 'add', 'unavailable'],
    [null, 'connect ECONNREFUSED 10.0.0.1:636', 'connect', 'unavailable'],
    [null, 'unable to verify the first certificate', 'connect', 'misconfigured'],
    [null, 'certificate is not yet valid', 'connect', 'misconfigured'],
    [null, "Hostname/IP does not match certificate's altnames: Host: x", 'connect', 'misconfigured'],
    [
      49,
      '80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 52e, v2580',
      'bind',
      'misconfigured',
    ],
    [
      49,
      '80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 775, v2580',
      'bind',
      'misconfigured',
    ],
    [8, 'BindSimple: Transport encryption required.', 'bind', 'misconfigured'],
    [
      50,
      '00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0',
      'modify',
      'rejected',
    ],
    [
      53,
      '0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0',
      'modify unicodePwd',
      'rejected',
    ],
    [19, '0000052D: AtrErr: DSID-03191083, #1: 0: 0000052D', 'modify unicodePwd', 'rejected'],
    [53, '00002010: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0', 'add', 'unavailable'],
    [
      53,
      '0000001F: SvcErr: DSID-031A124C, problem 5003 (WILL_NOT_PERFORM), data 0',
      'modify unicodePwd',
      'misconfigured',
    ],
    [51, '000020D9: SvcErr', 'modify', 'unavailable'],
    [52, 'x', 'search', 'unavailable'],
    [1, '000004DC: LdapErr: DSID-0C090A71', 'modify', 'unavailable'],
    [32, '00002030: No such Base DN: x', 'modify', 'missing'],
    [68, '00000524: UpdErr: DSID-031A1261, problem 6005 (ENTRY_EXISTS), data 0', 'add', 'conflict'],
    [16, '00002085: AtrErr', 'modify', 'unavailable'],
    [
      21,
      "0000200B: objectclass_attrs: attribute 'title' on entry 'x' contains at least one invalid value!",
      'modify',
      'rejected',
    ],
    [66, '00002015: subtree_delete: x', 'delete', 'rejected'],
    [80, 'anything', 'modify', 'unknown'],
  ];
  it.each(kinds)('%s %s on %s is %#: told as %s', (code, text, operation, kind) =>
    expect(kindOf(recognise(thrown(code, text), operation))).toBe(kind),
  );

  it('may pass by itself for a certificate, and not for refused credentials', () => {
    const told = (code: number | null, text: string, operation: string) =>
      connectorError(recognise(thrown(code, text), operation), { doing: 'connect' }).mayPass;
    expect(told(null, 'certificate is not yet valid', 'connect')).toBe(true);
    expect(told(null, 'certificate has expired', 'connect')).toBe(true);
    expect(told(49, 'AcceptSecurityContext error, data 52e, v2580', 'bind')).toBeUndefined();
    expect(told(null, 'connect ECONNREFUSED 10.0.0.1:636', 'connect')).toBeUndefined();
  });

  it("never takes a fault of the target for the caller's own rights, and never shows the controller's text", () => {
    for (const { vector, text } of samples) {
      const shown = connectorError(recognise(thrown(vector.resultCode, text), vector.operation), {
        doing: 'change "x"',
      });
      expect(['unavailable', 'unknown', 'rejected', 'conflict', 'missing', 'misconfigured']).toContain(
        shown.kind,
      );
      expect(shown.detail).not.toContain(text);
      expect(shown.diagnostic).toBe(text);
      if (vector.scim.status === 403) expect(shown.kind).toBe('rejected');
    }
  });

  it('finds the attribute and the member that a text names', () => {
    expect(
      recognise(
        thrown(
          19,
          '00002082: AtrErr: DSID-1, #1: 0: 00002082: DSID-1, problem 1005, data 0, Att 3 (title):len 260',
        ),
        'modify',
      ).attribute,
    ).toBe('title');
    expect(
      recognise(
        thrown(68, 'Attribute member already exists for target GUID 1C968D82-0000-4000-8000-0000000000AB'),
        'modify member',
      ).memberGuid,
    ).toBe('1c968d82-0000-4000-8000-0000000000ab');
  });
});
