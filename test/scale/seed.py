"""Puts disabled users `scale0` ... straight into the database of a stopped domain controller.

Set-up of the scale runs only. One user is made by the controller's own modules; the others are copies of what these
wrote, with names and identifiers of their own, written below the modules: the indexes are the database's own work.
Each bears the mark of the store whose id is given, for the resource whose id ends in the user's number.
Arguments: folder of the controller, DN of the domain, DN of the unit for the users, suffix of the sign-in names,
id of the store, count.
"""

import glob
import struct
import sys

import ldb
from samba import Ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

AT_ONCE = 25_000
DISABLED_NORMAL_ACCOUNT = str(0x200 | 0x2)
# Far above what the controller's own pools of relative identifiers reach.
FIRST_RID = 10_000_000


def values_of(number, suffix, store):
    name = "scale%d" % number
    return {
        "cn": "Scale %d" % number,
        "name": "Scale %d" % number,
        "sAMAccountName": name,
        "userPrincipalName": "%s@%s" % (name, suffix),
        "displayName": "Scale %d" % number,
        "givenName": "Given %d" % number,
        "sn": "Number %d" % number,
        "mail": "%s@%s" % (name, suffix),
        "title": "Worker",
        "department": "Department %d" % (number % 40),
        "msDS-cloudExtensionAttribute1": "%s:00000000-0000-7000-8000-%012x" % (store, number),
    }


def make_first(lp, folder, unit, suffix, store):
    samdb = SamDB(url=folder + "/private/sam.ldb", session_info=system_session(lp), lp=lp)
    values = {key: value for key, value in values_of(0, suffix, store).items() if key not in ("cn", "name")}
    samdb.add({
        "dn": "CN=Scale 0," + unit,
        "objectClass": ["top", "person", "organizationalPerson", "user"],
        "userAccountControl": DISABLED_NORMAL_ACCOUNT,
        **values,
    })


def copy_of(database, first, number, unit, suffix, store):
    message = ldb.Message(ldb.Dn(database, "CN=Scale %d,%s" % (number, unit)))
    own = {key: value.encode() for key, value in values_of(number, suffix, store).items()}
    # Ascending, so that the sorted indexes grow at their end.
    own["objectGUID"] = struct.pack(">I", 0x40000000 + number) + bytes(first["objectGUID"][0])[4:]
    own["objectSid"] = bytes(first["objectSid"][0])[:-4] + struct.pack("<I", FIRST_RID + number)
    for usn in ("uSNCreated", "uSNChanged"):
        own[usn] = str(int(bytes(first[usn][0])) + number).encode()
    for name in first.keys():
        if name not in ("dn", "distinguishedName"):
            values = [own[name]] if name in own else [bytes(value) for value in first[name]]
            message[name] = ldb.MessageElement(values, ldb.FLAG_MOD_ADD, name)
    return message


def main():
    folder, domain, unit, suffix, store, count = sys.argv[1:]
    lp = LoadParm()
    lp.load(folder + "/etc/smb.conf")
    make_first(lp, folder, unit, suffix, store)
    [partition] = glob.glob("%s/private/sam.ldb.d/%s.ldb" % (folder, domain.upper()))
    options = ["batch_mode:1", "transaction_index_cache_size:500000"]
    database = Ldb(url=partition, lp=lp, flags=ldb.FLG_DONT_CREATE_DB, options=options)
    [first] = database.search(base="CN=Scale 0," + unit, scope=ldb.SCOPE_BASE, attrs=["*"])
    for start in range(1, int(count), AT_ONCE):
        database.transaction_start()
        for number in range(start, min(start + AT_ONCE, int(count))):
            database.add(copy_of(database, first, number, unit, suffix, store))
        database.transaction_commit()


main()
