"""Makes the database of a throwaway AD domain, offline, with Samba's own provisioning code.

`samba-tool domain provision` always writes ACLs on the sysvol folder and stops where the file system
cannot hold them. Only LDAP is served here, so this calls the same function with skip_sysvolacl.

Reads one JSON document from standard input (see domain.mjs) and prints nothing but errors.
"""

import json
import logging
import sys

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.provision import provision
from samba.samdb import SamDB

NORMAL_ACCOUNT_PASSWORD_NEVER_EXPIRES = str(0x200 | 0x10000)


def make_domain(wish):
    lp = LoadParm()
    lp.load(wish["smbConf"])
    provision(
        logging.getLogger("provision"),
        system_session(),
        targetdir=wish["dir"],
        lp=lp,
        realm=wish["realm"],
        domain=wish["netbios"],
        hostname=wish["hostname"],
        hostip="127.0.0.1",
        adminpass=wish["adminPassword"],
        dns_backend="NONE",
        dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
        serverrole="active directory domain controller",
        skip_sysvolacl=True,
    )
    return SamDB(url=wish["samLdb"], session_info=system_session(lp), lp=lp)


def add_replication_name(samdb, wish):
    """The name by which partners find this controller (MS-DRSR 2.2.3.2), else added by the service `dnsupdate`."""
    name = "E3514235-4B06-11D1-AB04-00C04FC2DCD2/%s/%s" % (samdb.get_ntds_GUID(), wish["realm"].lower())
    message = ldb.Message(ldb.Dn(samdb, "CN=%s,OU=Domain Controllers,%s" % (wish["hostname"].upper(), wish["baseDn"])))
    message["servicePrincipalName"] = ldb.MessageElement([name], ldb.FLAG_MOD_ADD, "servicePrincipalName")
    samdb.modify(message)


def add_upn_suffix(samdb, suffix):
    message = ldb.Message(ldb.Dn(samdb, "CN=Partitions," + str(samdb.get_config_basedn())))
    message["uPNSuffixes"] = ldb.MessageElement([suffix], ldb.FLAG_MOD_ADD, "uPNSuffixes")
    samdb.modify(message)


def add_account(samdb, dn, name, password, upn):
    samdb.add({
        "dn": dn,
        "objectClass": ["top", "person", "organizationalPerson", "user"],
        "sAMAccountName": name,
        "userPrincipalName": upn,
        "description": "Delegated account of the identity gateway",
        "userAccountControl": NORMAL_ACCOUNT_PASSWORD_NEVER_EXPIRES,
        "unicodePwd": ('"%s"' % password).encode("utf-16-le"),
    })
    found = samdb.search(base=dn, scope=ldb.SCOPE_BASE, attrs=["objectSid"])
    return str(ndr_unpack(security.dom_sid, found[0]["objectSid"][0]))


def keep_administrator_usable(samdb, domain_dn):
    message = ldb.Message(ldb.Dn(samdb, "CN=Administrator,CN=Users," + domain_dn))
    message["userAccountControl"] = ldb.MessageElement(
        NORMAL_ACCOUNT_PASSWORD_NEVER_EXPIRES, ldb.FLAG_MOD_REPLACE, "userAccountControl")
    samdb.modify(message)


def grant(samdb, dn, aces):
    found = samdb.search(base=dn, scope=ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"])
    domain_sid = security.dom_sid(samdb.get_domain_sid())
    descriptor = ndr_unpack(security.descriptor, found[0]["nTSecurityDescriptor"][0])
    wanted = security.descriptor.from_sddl("D:" + aces, domain_sid)
    for ace in wanted.dacl.aces:
        descriptor.dacl_add(ace)
    message = ldb.Message(ldb.Dn(samdb, dn))
    message["nTSecurityDescriptor"] = ldb.MessageElement(
        ndr_pack(descriptor), ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
    samdb.modify(message)


def main():
    wish = json.load(sys.stdin)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    samdb = make_domain(wish)
    add_replication_name(samdb, wish)
    add_upn_suffix(samdb, wish["upnSuffix"])
    keep_administrator_usable(samdb, wish["baseDn"])
    for dn in wish["organizationalUnits"]:
        samdb.add({"dn": dn, "objectClass": ["top", "organizationalUnit"]})
    account = wish["account"]
    sid = add_account(samdb, account["dn"], account["name"], account["password"], account["upn"])
    for right in wish["rights"]:
        grant(samdb, right["dn"], right["sddl"].replace("$sid", sid))


main()
