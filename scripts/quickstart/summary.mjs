import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stateFolder } from '../root.mjs';
import { say } from '../run-logged.mjs';
import { originOf } from './gateway.mjs';
import { files } from './state.mjs';

/** What automation reads; complete at every moment at which it exists. */
export function writeSummary({ port, tokens, lab }) {
  const directory = lab && {
    ldapUrl: lab.ldapUrl,
    baseDn: lab.baseDn,
    usersOu: lab.usersOu,
    groupsOu: lab.groupsOu,
    bindDn: lab.bindDn,
    bindPassword: lab.bindPassword,
    caFile: lab.caFile,
  };
  const { entra, generic } = tokens;
  const summary = {
    baseUrl: `${originOf(port)}/scim/v2`,
    token: entra,
    tokens: { entra, generic },
    ...directory,
  };
  const fresh = `${files.summary}.new`;
  writeFileSync(fresh, `${JSON.stringify(summary, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, files.summary);
  return summary;
}

export const readSummary = () =>
  existsSync(files.summary) ? JSON.parse(readFileSync(files.summary, 'utf8')) : undefined;

const schemas = 'urn:ietf:params:scim:schemas:core:2.0';

const curls = ({ baseUrl, token }) => {
  const call = `curl -sS -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/scim+json'`;
  const user =
    `{"schemas":["${schemas}:User"],"userName":"nora@contoso.example","externalId":"nora-1","active":true,` +
    `"displayName":"Nora Quill","name":{"givenName":"Nora","familyName":"Quill"},"title":"Harbour pilot"}`;
  const group = `{"schemas":["${schemas}:Group"],"displayName":"Pilots","members":[{"value":"'$NORA'"}]}`;
  return [
    `NORA=$(${call} ${baseUrl}/Users -d '${user}' | tee /dev/stderr | sed -E 's/.*"id": ?"([^"]+)".*/\\1/'); echo`,
    `${call} ${baseUrl}/Groups -d '${group}'; echo`,
    `${call} -G ${baseUrl}/Users --data-urlencode 'filter=userName eq "nora@contoso.example"'; echo`,
  ];
};

const look = ({ caFile, ldapUrl, bindDn, bindPassword, baseDn }) =>
  `LDAPTLS_CACERT='${caFile}' ldapsearch -LLL -o ldif-wrap=no -H ${ldapUrl} -D '${bindDn}' -w '${bindPassword}' ` +
  `-b 'OU=Landfall,${baseDn}' '(|(displayName=Nora Quill)(sAMAccountName=Pilots))'`;

export function printSummary(summary, { detached }) {
  say(`
Landfall is ready.

  SCIM base URL   ${summary.baseUrl}
  bearer token    ${summary.token}
  configuration   ${relative(process.cwd(), files.config)}
  gateway's log   ${relative(process.cwd(), files.gatewayLog)}
  all of this     ${relative(process.cwd(), files.summary)}

Create a user, put her into a group, and find her as Entra would:

${curls(summary).join('\n\n')}`);
  if (summary.ldapUrl) say(`\nSee both in Active Directory:\n\n${look(summary)}`);
  say(`\nHer initial password, shown once:

npx landfall --config ${relative(process.cwd(), files.config)} --url ${new URL(summary.baseUrl).origin} password reveal nora@contoso.example

${detached ? 'npm run quickstart:stop ends it.' : 'Ctrl-C ends it.'} A second start goes on with the same domain, tokens and store;
npm run quickstart -- --fresh starts over. Everything is kept in ${relative(process.cwd(), stateFolder)}.`);
}
