import { badRequest, ScimError } from '../../schema/scim-error.js';
import type { SchemaRegistry } from '../../schema/schema-registry.js';
import type { Attributes, Json, JsonObject } from '../../schema/types.js';
import type { FeedRecord } from '../../sources/feed.js';
import type { BulkRequest } from './bulk-request.js';

type Operation = BulkRequest['operations'][number];

const bulkReference = /^bulkId:(.+)$/;

/** The records of one bulkUpload (entra.md C.6): every operation is a POST, and its externalId says whom it means. */
export class UploadRequest {
  /** externalId by bulkId: a reference to an operation is one to its record. */
  private readonly externalIds = new Map<string, string>();

  constructor(
    readonly operations: readonly Operation[],
    private readonly registry: SchemaRegistry,
  ) {
    for (const operation of operations) {
      const externalId = 'unreadable' in operation ? undefined : externalIdOf(operation.data);
      if (operation.bulkId !== undefined && externalId !== undefined)
        this.externalIds.set(operation.bulkId, externalId);
    }
  }

  /** Operations in order, as many together as may run at once: two of one record never do. */
  *waves(size: number): Generator<Operation[]> {
    let wave: Operation[] = [];
    const named = new Set<string>();
    for (const operation of this.operations) {
      const externalId = 'unreadable' in operation ? undefined : externalIdOf(operation.data);
      if (wave.length >= size || (externalId !== undefined && named.has(externalId))) {
        yield wave;
        wave = [];
        named.clear();
      }
      wave.push(operation);
      if (externalId !== undefined) named.add(externalId);
    }
    if (wave.length > 0) yield wave;
  }

  /** Throws ScimError where the operation is no record. */
  record(operation: Operation): FeedRecord {
    if ('unreadable' in operation) throw badRequest('invalidSyntax', operation.unreadable);
    const { method, path, bulkId, data } = operation;
    if (method !== 'POST')
      throw badRequest(
        'invalidSyntax',
        `A bulkUpload takes POST only, not ${method}: it creates and changes.`,
      );
    const type = this.registry.byEndpoint(path);
    if (!type) throw new ScimError(404, undefined, `There is no endpoint ${path.slice(0, 200)}.`);
    if (!isObject(data)) throw badRequest('invalidSyntax', '"data" is not an object.');
    const externalId = externalIdOf(data);
    if (externalId === undefined)
      throw badRequest('invalidValue', '"externalId" is missing: it says whom the record means.');
    return {
      type: type.name,
      externalId,
      attributes: this.withExternalIds(data) as Attributes,
      place: bulkId ?? externalId,
    };
  }

  private withExternalIds(value: Json): Json {
    if (typeof value === 'string') {
      const bulkId = bulkReference.exec(value)?.[1];
      return (bulkId === undefined ? undefined : this.externalIds.get(bulkId)) ?? value;
    }
    if (Array.isArray(value)) return value.map((item) => this.withExternalIds(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, this.withExternalIds(inner)]),
    );
  }
}

function externalIdOf(data: Json | undefined): string | undefined {
  if (!isObject(data)) return undefined;
  const value = Object.entries(data).find(([name]) => name.toLowerCase() === 'externalid')?.[1];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
