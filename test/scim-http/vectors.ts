import type { Json, JsonObject } from '../../src/schema/types.js';
import { compact, sameResource } from './same-resource.js';
import {
  type Basis,
  type FilterExpectation,
  filterVectors,
  patchVectors,
  type PatchVector,
  type Refusal,
} from './vector-data.js';

export { filterVectors, patchVectors };

export type VectorClient = 'generic' | 'entra';

/** Where the vectors are sent: any server, whatever is behind it. */
export interface VectorTarget {
  /** `http://127.0.0.1:8080/scim/v2`, without trailing slash. */
  baseUrl: string;
  tokens: Record<VectorClient, string>;
}

export interface VectorReport {
  total: number;
  asExpected: number;
  /** Answered as one of the listed alternatives. */
  asAlternative: string[];
  failed: { id: string; why: string }[];
  byBasis: Record<string, number>;
}

export const clientFor = (basis: Basis): VectorClient => (basis === 'entra' ? 'entra' : 'generic');

/**
 * Sends every filter vector. `seed` puts the users into the server under test with their ids, created and lastModified,
 * and answers under which id each of them lives now (the id of the data set where the server could take it).
 */
export async function runFilterVectors(
  target: VectorTarget,
  seed: (users: readonly JsonObject[]) => Promise<ReadonlyMap<string, string>>,
  client?: VectorClient,
): Promise<VectorReport> {
  const { users, filters } = filterVectors();
  const ids = await seed(users);
  const expectedNames = new Set(users.map(({ userName }) => userName as string));
  const report = emptyReport();
  for (const vector of filters) {
    const answer = await ask(
      target,
      client ?? clientFor(vector.basis),
      'GET',
      `/Users?count=200&filter=${encodeURIComponent(withIds(vector.filter, ids))}`,
    );
    const problemOf = (expectation: FilterExpectation): string | undefined =>
      filterProblem(answer, expectation, expectedNames);
    judge(report, vector, [vector.expect, ...(vector.alternatives ?? [])].map(problemOf));
  }
  return finished('filters', report, filters.length);
}

function filterProblem(
  answer: HttpAnswer,
  expectation: FilterExpectation,
  known: ReadonlySet<string>,
): string | undefined {
  if (expectation.userNames === undefined) return refusalProblem(answer, expectation);
  if (answer.status !== 200) return `${answer.status} ${answer.text.slice(0, 300)}`;
  const found = ((answer.body['Resources'] ?? []) as JsonObject[])
    .map(({ userName }) => userName as string)
    .filter((name) => known.has(name));
  const [got, wanted] = [found.sort(), [...expectation.userNames].sort()].map((names) =>
    JSON.stringify(names),
  );
  return got === wanted ? undefined : `found ${got}, expected ${wanted}`;
}

function refusalProblem(answer: HttpAnswer, expected: Refusal): string | undefined {
  const { status, scimType } = expected;
  if (answer.status !== status) return `${answer.status} ${answer.text.slice(0, 300)}, expected ${status}`;
  if (scimType !== undefined && answer.body['scimType'] !== scimType)
    return `scimType ${String(answer.body['scimType'])}, expected ${scimType}`;
  return undefined;
}

/** Sends every PATCH vector: the resource before is created for it, and everything is deleted after it. */
export async function runPatchVectors(target: VectorTarget, client?: VectorClient): Promise<VectorReport> {
  const cases = patchVectors();
  const report = emptyReport();
  for (const vector of cases) {
    const run = new PatchRun(target, client ?? clientFor(vector.basis), vector);
    try {
      judge(report, vector, await run.problems());
    } catch (error) {
      report.failed.push({ id: vector.id, why: `could not be run: ${String(error)}` });
    } finally {
      await run.cleanUp();
    }
  }
  return finished('patches', report, cases.length);
}

const OTHER_ID = /(?<![A-Za-z0-9])([ug]\d+)(?![A-Za-z0-9])/g;

class PatchRun {
  private readonly ids = new Map<string, string>();
  private readonly created: string[] = [];

  constructor(
    private readonly target: VectorTarget,
    private readonly client: VectorClient,
    private readonly vector: PatchVector,
  ) {}

  /** For the expectation and each alternative what is wrong with it; undefined: nothing. */
  async problems(): Promise<(string | undefined)[]> {
    const { vector } = this;
    const path = await this.prepare();
    const before = await this.read(path);
    const answer = await this.send('PATCH', path, mapIds(vector.request, this.ids) as JsonObject);
    const after = await this.read(path);
    return [vector, ...(vector.alternatives ?? [])].map((expectation) => {
      if (answer.status >= 500) return `${answer.status} ${answer.text}`;
      if (expectation.error !== undefined) {
        return refusalProblem(answer, expectation.error) ?? unchangedProblem(before, after);
      }
      if (answer.status >= 300) return `${answer.status} ${answer.text.slice(0, 300)}`;
      const problem = sameResource(after, mapIds(expectation.after!, this.ids) as JsonObject);
      return (
        problem ??
        (vector.unchanged === true && expectation === vector ? unchangedProblem(before, after) : undefined)
      );
    });
  }

  async cleanUp(): Promise<void> {
    for (const path of this.created.reverse()) await ask(this.target, this.client, 'DELETE', path);
  }

  private async prepare(): Promise<string> {
    const { before, request, context = [] } = this.vector;
    for (const resource of context) await this.create(resource);
    const text = JSON.stringify([
      before,
      request,
      this.vector.after ?? null,
      this.vector.alternatives ?? null,
    ]);
    for (const [, id] of text.matchAll(OTHER_ID)) {
      if (id !== before['id'] && !this.ids.has(id!)) await this.create(stub(id!));
    }
    return this.create(before);
  }

  private async create({ id, meta: _meta, groups: _groups, ...resource }: JsonObject): Promise<string> {
    const endpoint = (resource['schemas'] as string[]).some((schema) => schema.endsWith(':Group'))
      ? '/Groups'
      : '/Users';
    const answer = await this.send('POST', endpoint, mapIds(resource, this.ids) as JsonObject);
    if (answer.status !== 201)
      throw new Error(`POST ${endpoint} of ${String(id)}: ${answer.status} ${answer.text}`);
    const path = `${endpoint}/${String(answer.body['id'])}`;
    this.created.push(path);
    this.ids.set(id as string, answer.body['id'] as string);
    return path;
  }

  private async read(path: string): Promise<JsonObject> {
    const answer = await ask(this.target, this.client, 'GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  private send(method: string, path: string, body: JsonObject): Promise<HttpAnswer> {
    return ask(this.target, this.client, method, path, body);
  }
}

/** A resource that a vector refers to without describing it. */
function stub(id: string): JsonObject {
  if (id.startsWith('g'))
    return {
      id,
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: `vector group ${id}`,
    };
  return {
    id,
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `vector-${id}@example.com`,
    displayName: 'John Smith',
  };
}

function unchangedProblem(before: JsonObject, after: JsonObject): string | undefined {
  const [was, is] = [before, after].map((resource) => JSON.stringify(compact(resource)));
  return was === is ? undefined : `the resource changed from ${was} to ${is}`;
}

/** Ids of the data set, alone or quoted inside a filter, replaced by those of the server. */
function mapIds(value: Json, ids: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return ids.get(value) ?? withIds(value, ids);
  if (Array.isArray(value)) return value.map((item) => mapIds(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapIds(item, ids)]));
}

/** `"u03"` becomes the id in use, `"U03"` the same in capitals, which is another id. */
function withIds(text: string, ids: ReadonlyMap<string, string>): string {
  return text.replace(/"([ugUG]\d+)"/g, (quoted, id: string) => {
    const known = ids.get(id.toLowerCase());
    if (known === undefined) return quoted;
    return `"${id === id.toLowerCase() ? known : known.toUpperCase()}"`;
  });
}

interface HttpAnswer {
  status: number;
  text: string;
  body: JsonObject;
}

async function ask(
  target: VectorTarget,
  client: VectorClient,
  method: string,
  path: string,
  body?: JsonObject,
): Promise<HttpAnswer> {
  const response = await fetch(target.baseUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${target.tokens[client]}`,
      ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: text === '' ? {} : (JSON.parse(text) as JsonObject) };
}

function emptyReport(): VectorReport {
  return { total: 0, asExpected: 0, asAlternative: [], failed: [], byBasis: {} };
}

/** The first entry speaks for the expectation, the others for the listed alternatives. */
function judge(
  report: VectorReport,
  vector: { id: string; basis: Basis },
  problems: (string | undefined)[],
): void {
  report.total += 1;
  report.byBasis[vector.basis] = (report.byBasis[vector.basis] ?? 0) + 1;
  if (problems[0] === undefined) report.asExpected += 1;
  else if (problems.includes(undefined)) report.asAlternative.push(vector.id);
  else report.failed.push({ id: vector.id, why: problems[0] });
}

function finished(name: string, report: VectorReport, expected: number): VectorReport {
  const { total, asExpected, asAlternative, failed, byBasis } = report;
  const bases = Object.entries(byBasis)
    .map(([basis, count]) => `${basis} ${count}`)
    .join(', ');
  process.stdout.write(
    `${name}: ${total} of ${expected} vectors run (${bases}): ${asExpected} as expected, ${asAlternative.length} as a listed alternative, ${failed.length} failed\n`,
  );
  if (total + failed.filter(({ why }) => why.startsWith('could not be run')).length !== expected)
    throw new Error(`${name}: a vector was skipped`);
  return report;
}
