import type { Connector, Lists } from '../../src/connectors/connector.js';
import { ldapsearch } from '../e2e/ldapsearch.js';
import { useOwnLab } from '../lab.js';
import {
  deleteAsAdministrator,
  enableRecycleBin,
  letReadDeletedObjects,
  letReanimate,
  letWriteEverything,
} from './deleted-objects.js';
import { connect, soon, user, type Person } from './domain.js';

describe('A linked account that was deleted', () => {
  const lab = useOwnLab();
  let ad: Connector & Lists;
  beforeAll(() => void (ad = connect(lab())));
  afterAll(() => ad?.close());

  const deleted = async (name: string) => {
    const person = user(ad, name, { attributes: { title: 'Engineer' } });
    await person.apply();
    await deleteAsAdministrator(lab(), `CN=${name},${lab().usersOu}`);
    return person;
  };
  const restore = async (person: Person) =>
    ad.execute(
      await ad.planRestore!(person.subject({ password: undefined }), person.known()!, soon()),
      soon(),
    );

  it('is reported as gone with what to do, also where the service account sees no deleted objects', async () => {
    const person = await deleted('adr-unseen');
    await expect(person.plan({ password: undefined })).rejects.toMatchObject({
      kind: 'missing',
      detail: expect.stringMatching(/not among the deleted objects/),
      recommendedAction: expect.stringContaining('IncludeDeletedObjects'),
    });
    await expect(restore(person)).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('cannot be restored'),
    });
  });

  it('is found among the deleted objects and comes back with its GUID and SID where the rights allow it', async () => {
    await letReadDeletedObjects(lab());
    await letWriteEverything(lab());
    const person = user(ad, 'adr-back', { attributes: { title: 'Engineer' } });
    const { facts } = await person.apply();
    await deleteAsAdministrator(lab(), `CN=adr-back,${lab().usersOu}`);
    await expect(person.plan({ password: undefined })).rejects.toMatchObject({
      kind: 'missing',
      detail: expect.stringContaining(`"adr-back" in ${lab().usersOu}; the domain has no recycle bin`),
      recommendedAction: expect.stringContaining('whenMissing: restore'),
    });
    await expect(restore(person)).rejects.toMatchObject({ kind: 'rejected' });
    await letReanimate(lab());
    const restored = await restore(person);
    expect(restored.facts).toMatchObject({ objectGUID: person.anchor, objectSid: facts['objectSid'] });
    await person.apply();
    expect(await person.plan({ password: undefined })).toMatchObject({ action: 'none' });
    const [entry] = await ldapsearch(lab(), lab().usersOu, '(sAMAccountName=adr-back)');
    expect(entry).toMatchObject({ cn: ['adr-back'], title: ['Engineer'], useraccountcontrol: ['512'] });
  });
});

describe('A linked account that was deleted in a domain with a recycle bin', () => {
  const lab = useOwnLab();
  let ad: Connector & Lists;
  let ahead = 0;
  beforeAll(async () => {
    ad = connect(lab(), { now: () => Date.now() + ahead });
    await letReadDeletedObjects(lab());
    await letWriteEverything(lab());
    await letReanimate(lab());
  });
  afterAll(() => ad?.close());
  const restore = async (person: Person) =>
    ad.execute(
      await ad.planRestore!(person.subject({ password: undefined }), person.known()!, soon()),
      soon(),
    );

  it('is found in the bin and may come back whole, unless it is recycled', async () => {
    const [recycled, kept] = ['adb-recycled', 'adb-kept'].map((name) => user(ad, name)) as [Person, Person];
    for (const one of [recycled, kept]) await one.apply();
    // What was deleted before the bin was there is recycled at once.
    await deleteAsAdministrator(lab(), `CN=adb-recycled,${lab().usersOu}`);
    await enableRecycleBin(lab());
    await deleteAsAdministrator(lab(), `CN=adb-kept,${lab().usersOu}`);
    // What is known of the domain is read again every hour.
    ahead = 3_601_000;
    await expect(recycled.plan({ password: undefined })).rejects.toMatchObject({
      kind: 'missing',
      detail: expect.stringContaining('it is recycled'),
    });
    await expect(restore(recycled)).rejects.toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('only a backup'),
    });
    await expect(kept.plan({ password: undefined })).rejects.toMatchObject({
      kind: 'missing',
      detail: expect.stringContaining('lies in the recycle bin'),
    });
    // The last step fails on Samba: it takes isRecycled away, which only a tombstone has.
    expect(await ad.planRestore!(kept.subject(), kept.known()!, soon())).toMatchObject({
      action: 'restore',
      account: `CN=adb-kept,${lab().usersOu}`,
      steps: { warnings: [] },
    });
  });
});
