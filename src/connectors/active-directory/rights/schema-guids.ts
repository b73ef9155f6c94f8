/** schemaIDGUID of attributes (MS-ADA1, MS-ADA2, MS-ADA3): the same in every domain. */
const GUIDS = `
cn bf96793f-0de6-11d0-a285-00aa003049e2
name bf967a0e-0de6-11d0-a285-00aa003049e2
sAMAccountName 3e0abfd0-126a-11d0-a060-00aa006c33ed
userPrincipalName 28630ebb-41d5-11d1-a9c1-0000f80367c1
displayName bf967953-0de6-11d0-a285-00aa003049e2
givenName f0f8ff8e-1191-11d0-a060-00aa006c33ed
sn bf967a41-0de6-11d0-a285-00aa003049e2
middleName bf9679f2-0de6-11d0-a285-00aa003049e2
initials f0f8ff90-1191-11d0-a060-00aa006c33ed
generationQualifier 16775804-47f3-11d1-a9c3-0000f80367c1
personalTitle 16775858-47f3-11d1-a9c3-0000f80367c1
mail bf967961-0de6-11d0-a285-00aa003049e2
proxyAddresses bf967a06-0de6-11d0-a285-00aa003049e2
wWWHomePage bf967a7a-0de6-11d0-a285-00aa003049e2
url 9a9a0221-4a5b-11d1-a9c3-0000f80367c1
thumbnailPhoto 8d3bca50-1d7e-11d0-a081-00aa006c33ed
jpegPhoto bac80572-09c4-4fa9-9ae6-7628d7adbe0e
preferredLanguage 856be0d0-18e7-46e1-8f5f-7ee4d9020e0d
title bf967a55-0de6-11d0-a285-00aa003049e2
department bf96794f-0de6-11d0-a285-00aa003049e2
company f0f8ff88-1191-11d0-a060-00aa006c33ed
division fe6136a0-2073-11d0-a9c2-00aa006c33ed
employeeID bf967962-0de6-11d0-a285-00aa003049e2
employeeNumber a8df73ef-c5ea-11d1-bbcb-0080c76670c0
employeeType a8df73f0-c5ea-11d1-bbcb-0080c76670c0
manager bf9679b5-0de6-11d0-a285-00aa003049e2
assistant 0296c11c-40da-11d1-a9c0-0000f80367c1
telephoneNumber bf967a49-0de6-11d0-a285-00aa003049e2
otherTelephone f0f8ffa5-1191-11d0-a060-00aa006c33ed
mobile f0f8ffa3-1191-11d0-a060-00aa006c33ed
otherMobile 0296c11e-40da-11d1-a9c0-0000f80367c1
homePhone f0f8ffa1-1191-11d0-a060-00aa006c33ed
otherHomePhone f0f8ffa2-1191-11d0-a060-00aa006c33ed
pager f0f8ffa6-1191-11d0-a060-00aa006c33ed
otherPager f0f8ffa4-1191-11d0-a060-00aa006c33ed
facsimileTelephoneNumber bf967974-0de6-11d0-a285-00aa003049e2
otherFacsimileTelephoneNumber 0296c11d-40da-11d1-a9c0-0000f80367c1
ipPhone 4d146e4a-48d4-11d1-a9c3-0000f80367c1
otherIpPhone 4d146e4b-48d4-11d1-a9c3-0000f80367c1
streetAddress f0f8ff84-1191-11d0-a060-00aa006c33ed
l bf9679a2-0de6-11d0-a285-00aa003049e2
st bf967a39-0de6-11d0-a285-00aa003049e2
postalCode bf9679fd-0de6-11d0-a285-00aa003049e2
postOfficeBox bf9679fb-0de6-11d0-a285-00aa003049e2
physicalDeliveryOfficeName bf9679f7-0de6-11d0-a285-00aa003049e2
c bf967945-0de6-11d0-a285-00aa003049e2
co f0f8ffa7-1191-11d0-a060-00aa006c33ed
countryCode 5fd42471-1262-11d0-a060-00aa006c33ed
description bf967950-0de6-11d0-a285-00aa003049e2
info bf96793e-0de6-11d0-a285-00aa003049e2
comment bf967a6a-0de6-11d0-a285-00aa003049e2
adminDescription bf967919-0de6-11d0-a285-00aa003049e2
adminDisplayName bf96791a-0de6-11d0-a285-00aa003049e2
userAccountControl bf967a68-0de6-11d0-a285-00aa003049e2
pwdLastSet bf967a0a-0de6-11d0-a285-00aa003049e2
accountExpires bf967915-0de6-11d0-a285-00aa003049e2
lockoutTime 28630ebf-41d5-11d1-a9c1-0000f80367c1
managedBy 0296c120-40da-11d1-a9c0-0000f80367c1
groupType 9a9a021e-4a5b-11d1-a9c3-0000f80367c1
objectClass bf9679e5-0de6-11d0-a285-00aa003049e2
member bf9679c0-0de6-11d0-a285-00aa003049e2
extensionName bf967972-0de6-11d0-a285-00aa003049e2
homeDirectory bf967985-0de6-11d0-a285-00aa003049e2
homeDrive bf967986-0de6-11d0-a285-00aa003049e2
profilePath bf967a05-0de6-11d0-a285-00aa003049e2
houseIdentifier a45398b7-c44a-4eb6-82d3-13c10946dbfe
o bf9679ef-0de6-11d0-a285-00aa003049e2
ou bf9679f0-0de6-11d0-a285-00aa003049e2
uid 0bb0fca0-1e89-429f-901a-1413894d9f59
uidNumber 850fcc8f-9c6b-47e1-b671-7c654be4d5b3
gidNumber c5b95f0c-ec9e-41c4-849c-b46597ed6696
loginShell a553d12c-3231-4c5e-8adf-8d189697721e
unixHomeDirectory bc2dba12-000f-464d-bf1d-0808465d8843
gecos a3e03f1f-1d55-4253-a0af-30c2a784e46e
departmentNumber be9ef6ee-cbc7-4f22-b27b-96967e7ee585
roomNumber 81d7f8c2-e327-4a0d-91c6-b42d4009115f
carLicense d4159c92-957d-4a87-8a67-8d2934e01649
secretary 01072d9a-98ad-4a53-9744-e83e287278fb
msDS-PhoneticDisplayName e21a94e4-2d66-4ce5-b30d-0ef87a776ff0
msDS-PhoneticFirstName 4b1cba4e-302f-4134-ac7c-f01f6c797843
msDS-PhoneticLastName f217e4ec-0836-4b90-88af-2f5d4bbda2bc
msDS-PhoneticDepartment 6cd53daf-003e-49e7-a702-6fa896e7a6ef
msDS-PhoneticCompanyName 5bd5208d-e5f4-46ae-a514-543bc9c47659
mS-DS-ConsistencyGuid 23773dc2-b63a-11d2-90e1-00c04fd91ab1
telexNumber bf967a4b-0de6-11d0-a285-00aa003049e2
homePostalAddress 16775781-47f3-11d1-a9c3-0000f80367c1
street bf967a3a-0de6-11d0-a285-00aa003049e2
businessCategory bf967931-0de6-11d0-a285-00aa003049e2
registeredAddress bf967a10-0de6-11d0-a285-00aa003049e2
destinationIndicator bf967951-0de6-11d0-a285-00aa003049e2
logonHours bf9679ab-0de6-11d0-a285-00aa003049e2
userWorkstations bf9679d7-0de6-11d0-a285-00aa003049e2
msDS-cloudExtensionAttribute1 9709eaaf-49da-4db2-908a-0446e5eab844
msDS-cloudExtensionAttribute2 f34ee0ac-c0c1-4ba9-82c9-1a90752f16a5
msDS-cloudExtensionAttribute3 82f6c81a-fada-4a0d-b0f7-706d46838eb5
msDS-cloudExtensionAttribute4 9cbf3437-4e6e-485b-b291-22b02554273f
msDS-cloudExtensionAttribute5 2915e85b-e347-4852-aabb-22e5a651c864
msDS-cloudExtensionAttribute6 60452679-28e1-4bec-ace3-712833361456
msDS-cloudExtensionAttribute7 4a7c1319-e34e-40c2-9d00-60ff7890f207
msDS-cloudExtensionAttribute8 3cd1c514-8449-44ca-81c0-021781800d2a
msDS-cloudExtensionAttribute9 0a63e12c-3040-4441-ae26-cd95af0d247e
msDS-cloudExtensionAttribute10 670afcb3-13bd-47fc-90b3-0a527ed81ab7
msDS-cloudExtensionAttribute11 9e9ebbc8-7da5-42a6-8925-244e12a56e24
msDS-cloudExtensionAttribute12 3c01c43d-e10b-4fca-92b2-4cf615d5b09a
msDS-cloudExtensionAttribute13 28be464b-ab90-4b79-a6b0-df437431d036
msDS-cloudExtensionAttribute14 cebcb6ba-6e80-4927-8560-98feca086a9f
msDS-cloudExtensionAttribute15 aae4d537-8af0-4daa-9cc6-62eadb84ff03
msDS-cloudExtensionAttribute16 9581215b-5196-4053-a11e-6ffcafc62c4d
msDS-cloudExtensionAttribute17 3d3c6dda-6be8-4229-967e-2ff5bb93b4ce
msDS-cloudExtensionAttribute18 88e73b34-0aa6-4469-9842-6eb01b32a5b5
msDS-cloudExtensionAttribute19 0975fe99-9607-468a-8e18-c800d3387395
msDS-cloudExtensionAttribute20 f5446328-8b6e-498d-95a8-211748d5acdc
`;

const byName = new Map(
  GUIDS.trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string])
    .map(([name, guid]) => [name.toLowerCase(), { name, guid }]),
);

export const USER_CLASS = 'bf967aba-0de6-11d0-a285-00aa003049e2';
export const GROUP_CLASS = 'bf967a9c-0de6-11d0-a285-00aa003049e2';
/** User-Force-Change-Password (MS-ADTS §5.1.3.2.1): setting a password without knowing the old one. */
export const RESET_PASSWORD = '00299570-246d-11d0-a768-00aa006e0529';

/** Undefined for attributes of schema extensions: theirs is asked of the domain. */
export function schemaGuidOf(name: string): { name: string; guid: string } | undefined {
  return byName.get(name.toLowerCase());
}
