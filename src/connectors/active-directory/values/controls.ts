import { Ber, BerWriter, Control } from 'ldapts';

/** LDAP_SERVER_PERMISSIVE_MODIFY_OID (MS-ADTS §3.1.1.3.4.1.8). */
export const PERMISSIVE_MODIFY = '1.2.840.113556.1.4.1413';
/** LDAP_SERVER_TREE_DELETE_OID (MS-ADTS §3.1.1.3.4.1.15). */
export const TREE_DELETE = '1.2.840.113556.1.4.805';
/** LDAP_SERVER_DOMAIN_SCOPE_OID (MS-ADTS §3.1.1.3.4.1.4): no referrals to other partitions. */
export const DOMAIN_SCOPE = '1.2.840.113556.1.4.1339';
/** LDAP_SERVER_EXTENDED_DN_OID (MS-ADTS §3.1.1.3.4.1.5). */
export const EXTENDED_DN = '1.2.840.113556.1.4.529';
/** LDAP_SERVER_SHOW_DELETED_OID (MS-ADTS §3.1.1.3.4.1.14). */
export const SHOW_DELETED = '1.2.840.113556.1.4.417';
/** LDAP_SERVER_SHOW_RECYCLED_OID (MS-ADTS §3.1.1.3.4.1.26): deleted objects, recycled ones included. */
export const SHOW_RECYCLED = '1.2.840.113556.1.4.2064';
/** LDAP_SERVER_RANGE_RETRIEVAL_NOERR_OID (MS-ADTS §3.1.1.3.4.1.22). */
export const RANGE_NO_ERROR = '1.2.840.113556.1.4.1948';

/** LDAP_SERVER_POLICY_HINTS_OID (MS-ADTS §3.1.1.3.4.1.27). */
export const POLICY_HINTS = '1.2.840.113556.1.4.2239';
const ENFORCE_PASSWORD_HISTORY = 1;

/** A control that consists of its name. */
export class PlainControl extends Control {
  constructor(oid: string, critical = false) {
    super(oid, { critical });
  }
}

/** A reset obeys the password history. Not critical: it is only sent where the controller lists it. */
export class PolicyHintsControl extends Control {
  constructor() {
    super(POLICY_HINTS, { critical: false });
  }

  protected override writeControl(writer: BerWriter): void {
    writer.writeBuffer(sequenceOf(ENFORCE_PASSWORD_HISTORY), Ber.OctetString);
  }
}

/** Distinguished names come with their GUID in front: `<GUID=…>;<SID=…>;CN=…`. */
export class ExtendedDnControl extends Control {
  constructor() {
    super(EXTENDED_DN, { critical: true });
  }

  protected override writeControl(writer: BerWriter): void {
    writer.writeBuffer(sequenceOf(1), Ber.OctetString);
  }
}

function sequenceOf(integer: number): Buffer {
  const value = new BerWriter();
  value.startSequence();
  value.writeInt(integer);
  value.endSequence();
  return value.buffer;
}
