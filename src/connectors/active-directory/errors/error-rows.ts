/**
 * What domain controllers answer and what it means, Windows and Samba. One row a line, separated by tabs:
 * result code, Win32 code (the first eight digits of the text), operation, what to do next, HTTP class, scimType,
 * whether the wanted state already holds, meaning, and a pattern of the text where code and Win32 code do not decide.
 * Sources: MS-ADTS §3.1.1.5 (resultCode and Win32 pairs), MS-ERREF §2.2, and answers of Samba 4.17.
 */
const ROWS = String.raw`
-	-	transport	verify-first	503	-	-	Socket closed or reset with the request in flight: the write may or may not have been applied	^(Connection closed before|Socket error)
-	-	transport	verify-first	503	-	-	Client-side operation timeout (ldapts destroys the socket, all siblings fail too); outcome unknown	Operation timed out$
-	-	connect	backoff	503	-	-	TCP refused / unreachable / connect timeout	ECONNREFUSED|EHOSTUNREACH|ETIMEDOUT|Connection timeout
-	-	connect	none	503	-	-	Server certificate not trusted or wrong name	certificate|altnames|self.signed
-	-	encode	none	413	-	-	Message above ldapts BER limit (16 MiB)	Length too long
1	000004DC	any	backoff	503	-	-	Connection is not bound (server dropped the logon or client silently reconnected)	
1	00002020	any	backoff	503	-	-	connection is not bound	without authentication
1	00002020	modify	none	400	invalidValue	-	internal operations error (e.g. groupType written on a user)	
1	000020EF	any	backoff	503	-	-	Directory internal error (problem 5012 DIR_ERROR)	
1	00002121	search	none	-	-	-	Range retrieval asked past the end of a linked attribute (Windows; suppressed by control 1.2.840.113556.1.4.1948)	
2	-	extended	none	-	-	-	Extended operation not supported (WhoAmI, fast bind on Samba)	
2	00000057	modifyDN	none	500	-	-	Malformed request (ERROR_INVALID_PARAMETER)	
3	00002022	search	backoff	503	-	-	Server time limit (MaxQueryDuration 120 s)	
4	00002023	search	none	-	tooMany	-	More than MaxPageSize (1000) without paging; ldapts hides this when sizeLimit is set	
7	00002027	bind	none	503	-	-	Bind method not supported	
8	00002028	bind	none	503	-	-	Signing/TLS required for this bind	
8	-	bind	none	503	-	-	simple bind without TLS	
10	0000202B	any	none	404	-	-	Referral: object belongs to another domain/NC or the DC is read-only (RODC)	
11	00002024	modify	none	400	invalidValue	-	Record too big (JET -1026): too many unlinked values on one object	
12	00000057	search	backoff	503	-	-	Control processing failed: paged cookie stale/foreign, indexing limits	
12	0000202C	search	none	-	-	-	DirSync cookie unreadable	
12	-	any	none	500	-	-	Critical control not supported by this DC	
13	0000202D	modify	none	503	-	-	Password write needs an encrypted channel	
16	00000057	add/modify	none	400	invalidValue	-	Unknown attribute name	
16	-	add/modify	none	400	invalidValue	-	Unknown attribute name	not found in the schema
16	0000200A	add	none	500	-	-	Unknown objectClass	
16	00002085	modify	verify-first	412	-	-	Delete of a value that is not there = compare-and-swap lost	
16	00002076	modify	none	-	-	success	Delete of an absent attribute	
16	-	modify	verify-first	412	-	-	delete of absent value	no matching attribute value while deleting
16	-	modify	none	-	-	success	delete of absent attribute	no such attribute for delete
16	-	modify	none	-	-	success	removing a member from a group that has no member attribute at all	repl_meta_data: No such attribute
17	0000206F	add/modify	none	400	invalidValue	-	Attribute not defined in schema	
19	0000202F	add/modify	none	400	invalidValue	-	Generic constraint violation	
19	0000202F	add/modify	none	400	invalidValue	-	sAMAccountName has a forbidden character or ends with '.'	sAMAccountName (contains invalid|ends with)
19	0000202F	add/modify	none	409	uniqueness	-	UPN already used	userPrincipalName .* is already in use
19	0000202F	add/modify	none	409	uniqueness	-	SPN already used	spn\[.*would cause a conflict
19	0000202F	modify	none	400	mutability	-	attribute is system-only (objectGUID, whenCreated, distinguishedName)	can only be modified as system|must use 'rename'
19	0000202F	add	none	400	invalidValue	-	two values for a single-valued attribute in add	
19	000021C8	add/modify	none	409	uniqueness	-	UPN not unique forest-wide (Windows 2012 R2+)	
19	000021C7	add/modify	none	409	uniqueness	-	SPN not unique forest-wide	
19	0000217B	add/modify	none	409	uniqueness	-	Name not unique	
19	00002081	add/modify	none	400	invalidValue	-	Two values for a single-valued attribute	
19	00002082	add/modify	none	400	invalidValue	-	Value length/number outside rangeLower..rangeUpper	
19	000020B5	add/modify	after-dependency	400	invalidValue	-	DN value (manager, managedBy, member on Windows) points to nothing on this DC	
19	000020B1	modify	none	400	mutability	-	System-only attribute	
19	0000052D	add/modify unicodePwd	none	400	invalidValue	-	Password policy (Samba: reset and change; Windows: change = delete+add)	
19	00000056	modify unicodePwd	none	400	invalidValue	-	Old password wrong in a change	
20	0000200D	modify	none	400	invalidValue	-	Second value for a single-valued attribute	
20	00002083	modify	none	-	-	success	Value already present	
20	-	modify	none	-	-	-	value already present / given twice	already exists|provided more than once
21	00000057	add/modify	none	400	invalidValue	-	Value does not fit the syntax, or empty string	
21	0000200B	add/modify	none	400	invalidValue	-	value outside syntax or range	
21	-	add/modify	none	400	invalidValue	-	empty string value	has empty attribute
32	00002030	modify/delete/modifyDN	none	404	-	-	Target object does not exist; also parent missing on add	
32	0000208D	any	none	404	-	-	Object or parent not found	
32	00000525	modify member	after-dependency	400	invalidValue	-	A *member value* does not exist - not the group	
32	-	search/modify	none	404	-	-	<GUID=...> not found	^Base-DN
32	-	search	none	404	-	-	base unknown or not visible to the service account	acl_read|dsdb_access
32	000020E4	modifyDN	none	400	invalidValue	-	New superior is not in a writable NC of this DC	
34	00002032	any	none	500	-	-	DN does not parse (bad escaping, braces in <GUID={..}>) or cn attribute differs from RDN	
34	0000208F	any	none	500	-	-	DN syntax (Windows BAD_NAME)	
34	-	modify	none	400	invalidValue	-	DN-valued attribute given a non-DN	could not parse .* DN
34	-	add	none	400	invalidValue	-	empty RDN value	Empty RDN
48	00002029	bind	none	503	-	-	Inappropriate authentication (empty password simple bind)	
49	80090308	bind	none	503	-	-	Service account bind rejected: user not found (Windows only; Samba answers 52e)	data 525,
49	80090308	bind	none	503	-	-	Service account bind rejected: wrong user name or password	data 52e,
49	80090308	bind	none	503	-	-	Service account bind rejected: not permitted at this time	data 530,
49	80090308	bind	none	503	-	-	Service account bind rejected: not permitted from this workstation	data 531,
49	80090308	bind	none	503	-	-	Service account bind rejected: password expired	data 532,
49	80090308	bind	none	503	-	-	Service account bind rejected: account disabled	data 533,
49	80090308	bind	none	503	-	-	Service account bind rejected: too many group SIDs in token	data 568,
49	80090308	bind	none	503	-	-	Service account bind rejected: account expired	data 701,
49	80090308	bind	none	503	-	-	Service account bind rejected: user must change password	data 773,
49	80090308	bind	none	503	-	-	Service account bind rejected: account locked out	data 775,
49	80090346	bind	none	503	-	-	Channel binding token missing/wrong (SASL binds only)	
50	00002098	modify/modifyDN	none	403	-	-	Service account lacks write property / validated write (also AdminSDHolder-protected target); text never names the attribute	
50	00000005	any	none	403	-	-	Access denied	
50	-	add	none	403	-	-	no Create Child right on the parent for this class	acl: unable to get access
50	-	delete	none	403	-	-	neither Delete on object nor Delete Child on parent	Access check failed
50	-	modify	none	403	-	-	password reset or member write not granted	module acl: insufficient
50	-	modifyDN	none	403	-	-	no Create Child on new parent or no delete right on the old one	access_denied renaming
50	-	add/modify userAccountControl	none	403	-	-	Delegation bits need SeEnableDelegationPrivilege	SeEnableDelegation
50	-	search	none	-	-	-	DirSync without DS-Replication-Get-Changes	module dirsync
51	000020D9	any	backoff	503	-	-	Server busy: write conflict, maintenance, notification quota	
52	0000200F	any	backoff	503	-	-	DC is starting, stopping or not advertising	
53	0000001F	modify/add unicodePwd	none	503	-	-	Password written over a non-encrypted channel or badly encoded	
53	0000001F	add/modify	none	400	invalidValue	-	sAMAccountName over 20 characters or forbidden character on a user; also illegal group nesting in old text	
53	0000052D	add/modify	none	400	invalidValue	-	Password policy on reset, or enabling an account without a valid password	
53	00000523	add/modify	none	400	invalidValue	-	Invalid account name	
53	00000561	modify member	none	-	-	success	Member to remove is not in the group	
53	-	modify member	none	-	-	success	member to remove is not in the group (permissive control is ignored for linked attributes)	Attribute member (doesn't exist|already deleted) for target GUID
53	00002035	modify member	none	-	-	success	member to remove does not exist as object	Unable to find GUID for DN
53	0000055E	modify member	none	400	mutability	-	Group is the user's primary group	
53	00002035	modify unicodePwd	none	500	-	-	password badly quoted/encoded, or add without delete	setup_io|password change specified
53	00002035	any	none	400	invalidValue	-	Generic refusal	
53	00002035	add/modify	none	400	mutability	-	back link, SID or SAM-owned attribute written	must not be (modified|specified)|cannot be created or changed over LDAP
53	0000209A	add/modify	none	400	mutability	-	Attribute owned by SAM (memberOf, sAMAccountType, badPwdCount ...)	
53	00002077	modify	none	400	mutability	-	Illegal modify; Samba: sAMAccountName removed	
53	0000211B	modify	none	400	mutability	-	Constructed attribute	
53	000020E7	modify	none	400	mutability	-	Security-sensitive attribute cannot be changed this way	
53	00002141	add/modify groupType	none	400	invalidValue	-	Invalid group type or illegal conversion (global <-> domain local needs universal in between)	
53	00002144	modify member	none	400	invalidValue	-	Group nesting rule: global group cannot hold a domain-local group (Samba 4.17 does not enforce it)	
53	00002145	modify member	none	400	invalidValue	-	Group nesting rule: global group cannot hold a universal group (Samba 4.17 does not enforce it)	
53	00002146	modify member	none	400	invalidValue	-	Group nesting rule: universal group cannot hold a domain-local group (Samba 4.17 does not enforce it)	
53	00002147	modify member	none	400	invalidValue	-	Group nesting rule: global group cannot hold a member of another domain (Samba 4.17 does not enforce it)	
53	00002148	modify member	none	400	invalidValue	-	Group nesting rule: domain-local group cannot hold a domain-local group of another domain (Samba 4.17 does not enforce it)	
53	00002149	delete/modify group	none	409	-	-	Group still has primary members	
53	0000212C	modifyDN	none	400	invalidValue	-	Cross-domain move over plain modifyDN	
53	00002185	modifyDN	none	403	-	-	Object must not be moved/renamed (systemFlags)	
53	000020CE	delete	none	403	-	-	Critical/system object	
53	00002129	modifyDN	none	404	-	-	Target is already deleted	
53	00002010	add	backoff	503	-	-	DC has no RIDs left to hand out (RID master unreachable)	
53	000020AF	any	backoff	503	-	-	FSMO role holder not reachable	
53	0000216D	add	none	403	-	-	Creator quota exceeded (computer accounts)	
53	0000052A	modify/delete	none	403	-	-	Last administrator account	
53	-	modify primaryGroupID	none	400	invalidValue	-	user is not a member of the new primary group / invalid group type	module samldb: Unwilling
64	00002037	add/modifyDN	none	400	invalidValue	-	wrong parent class or malformed new RDN	
64	00002099	add/modifyDN	none	400	invalidValue	-	Parent class does not allow this child	
64	0000209E	add	none	500	-	-	DN not parseable	
64	00002073	add/modifyDN	none	500	-	-	RDN attribute not the class's naming attribute (users/groups: CN)	
65	0000207C	add	none	400	invalidValue	-	Mandatory attribute missing	
65	0000207D	add/modify	none	400	invalidValue	-	Attribute not allowed on this class; data holds the attribute id	
65	0000207B	add	none	500	-	-	objectClass missing	
65	00002014	add/modify	none	400	invalidValue	-	attribute not in class, class missing, structural class change	
65	0000217C	modify userAccountControl	none	400	invalidValue	-	account type bit needs computer class	
66	00002015	delete	none	409	-	-	Object has children (e.g. mobile device containers below a user)	
66	0000208C	delete	none	409	-	-	Object has children	
67	00002016	modify	none	500	-	-	cn/name written by modify	
67	000020B1	modify	none	500	-	-	cn/name written by modify	
68	00002071	add/modifyDN	none	409	uniqueness	-	DN (CN in this container) already taken - Windows text; Samba uses it for sAMAccountName too	
68	-	add/modifyDN	none	409	uniqueness	-	DN already taken	^Entry .* already exists
68	00000524	add/modify	none	409	uniqueness	-	sAMAccountName already used by a user	
68	00000526	add/modify	none	409	uniqueness	-	sAMAccountName already used by a group; also seen on CNF duplicates	
68	00000562	modify member	none	-	-	success	Member already in group	
68	-	modify member	none	-	-	-	Member already in group (Samba; permissive control ignored)	Attribute member already exists for target GUID
68	00002071	modify member	none	-	-	success	member already implied by primaryGroupID	already set via primaryGroupID
68	00002071	modify/add member	none	500	-	-	same member twice in replace/add of group	multiple identical values
68	00002071	delete	none	409	-	-	group is still somebody's primary group	still the primaryGroupID
71	-	modifyDN	none	400	invalidValue	-	Affects multiple DSAs (cross-domain)	
80	00002089	modifyDN	none	400	invalidValue	-	New parent does not exist	
80	00002095	modifyDN	none	400	invalidValue	-	New parent does not exist, or newSuperior given as <GUID=>	
80	000021A7	modifyDN	none	403	-	-	Object in the System container	
80	00000057	modify pwdLastSet	none	400	invalidValue	-	pwdLastSet other than 0 / -1	
80	-	modify userAccountControl	none	400	invalidValue	-	impossible combination of account type bits	account type not permitted|never allowed
1	-	default	backoff	503	-	-	Fallback when nothing more specific matches: operationsError	
2	-	default	none	500	-	-	Fallback when nothing more specific matches: protocolError	
16	-	default	none	400	invalidValue	-	Fallback when nothing more specific matches: noSuchAttribute	
19	-	default	none	400	invalidValue	-	Fallback when nothing more specific matches: constraintViolation	
20	-	default	none	400	invalidValue	-	Fallback when nothing more specific matches: attributeOrValueExists	
21	-	default	none	400	invalidValue	-	Fallback when nothing more specific matches: invalidAttributeSyntax	
32	-	default	none	404	-	-	Fallback when nothing more specific matches: noSuchObject	
34	-	default	none	500	-	-	Fallback when nothing more specific matches: invalidDNSyntax	
49	-	default	none	503	-	-	Fallback when nothing more specific matches: invalidCredentials	
50	-	default	none	403	-	-	Fallback when nothing more specific matches: insufficientAccessRights	
53	-	default	none	400	invalidValue	-	Fallback when nothing more specific matches: unwillingToPerform	
64	-	default	none	400	invalidValue	-	Fallback when nothing more specific matches: namingViolation	
65	-	default	none	400	invalidValue	-	Fallback when nothing more specific matches: objectClassViolation	
66	-	default	none	409	-	-	Fallback when nothing more specific matches: notAllowedOnNonLeaf	
67	-	default	none	500	-	-	Fallback when nothing more specific matches: notAllowedOnRDN	
68	-	default	none	409	uniqueness	-	Fallback when nothing more specific matches: entryAlreadyExists	
10	-	default	none	404	-	-	Fallback when nothing more specific matches: referral	
11	-	default	none	400	invalidValue	-	Fallback when nothing more specific matches: adminLimitExceeded	
12	-	default	none	500	-	-	Fallback when nothing more specific matches: unavailableCriticalExtension	
51	-	default	backoff	503	-	-	Fallback when nothing more specific matches: busy	
52	-	default	backoff	503	-	-	Fallback when nothing more specific matches: unavailable	
80	-	default	verify-first	500	-	-	Fallback when nothing more specific matches: other	
`;

export interface ErrorRow {
  resultCode: number | undefined;
  win32: string | undefined;
  operation: string;
  retryMode: 'none' | 'backoff' | 'verify-first' | 'after-dependency';
  status: number | undefined;
  scimType: string | undefined;
  satisfied: boolean;
  meaning: string;
  match: RegExp | undefined;
}

const given = (field: string | undefined) =>
  field === undefined || field === '-' || field === '' ? undefined : field;

function rowOf(line: string): ErrorRow {
  const [resultCode, win32, operation, retryMode, status, scimType, treatAs, meaning, match] =
    line.split('\t');
  const pattern = given(match);
  return {
    resultCode: given(resultCode) === undefined ? undefined : Number(resultCode),
    win32: given(win32),
    operation: operation ?? '',
    retryMode: retryMode as ErrorRow['retryMode'],
    status: given(status) === undefined ? undefined : Number(status),
    scimType: given(scimType),
    satisfied: treatAs === 'success',
    meaning: meaning ?? '',
    match: pattern === undefined ? undefined : new RegExp(pattern, 'i'),
  };
}

export const errorRows: readonly ErrorRow[] = ROWS.split('\n')
  .filter((line) => line.includes('\t'))
  .map(rowOf);
