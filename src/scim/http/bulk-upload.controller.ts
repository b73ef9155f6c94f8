import { Controller, HttpCode, Inject, Logger, Param, Post, Req, UseInterceptors } from '@nestjs/common';
import { Scopes } from '../../auth/scopes.js';
import type { Caller } from '../../identity/model.js';
import { SchemaRegistry } from '../../schema/schema-registry.js';
import { ScimError } from '../../schema/scim-error.js';
import { Intake, type FeedRecord, type RecordResult } from '../../sources/feed.js';
import { SourceDefinitions } from '../../sources/intake/source-definition.js';
import { BULK_RESPONSE_SCHEMA, readBulkRequest, type BulkRequest } from '../bulk/bulk-request.js';
import { UploadRequest } from '../bulk/upload-request.js';
import { errorDocument, type HttpFailure } from './error-document.js';
import { failureOf } from './failure.js';
import { ScimReplyInterceptor, type ScimReply } from './reply.js';
import type { ScimRequest } from './request.js';
import { RequestReader } from './request-reader.js';
import { unexpectedFailure } from './scim-error.filter.js';
import { INBOUND_PATH, SCIM_SETTINGS, type ScimSettings } from './settings.js';

/** What became of a record, beside the members that RFC 7644 §3.7 gives an operation. */
export const RECORD_RESULT_SCHEMA = 'urn:landfall:params:scim:api:messages:2.0:RecordResult';

/** Records that are taken at once: they share commits. */
const atOnce = 16;

interface Uploading {
  source: string;
  caller: Caller;
  baseUrl: string;
}

interface Outcome {
  status: number;
  location?: string;
  response?: object;
  result?: RecordResult;
}

/**
 * Microsoft's bulkUpload (Graph, synchronization: bulkUpload) for any HCM system: a BulkRequest of POSTs, each created or
 * merged by its externalId. Answered when everything is stored, record by record; delivered afterwards.
 */
@Scopes('inbound')
@Controller(`${INBOUND_PATH}/:source/bulkUpload`)
@UseInterceptors(ScimReplyInterceptor)
export class BulkUploadController {
  private readonly logger = new Logger('bulkUpload');

  constructor(
    private readonly registry: SchemaRegistry,
    private readonly reader: RequestReader,
    private readonly intake: Intake,
    private readonly sources: SourceDefinitions,
    @Inject(SCIM_SETTINGS) private readonly settings: ScimSettings,
  ) {}

  @Post()
  @HttpCode(200)
  async upload(@Req() request: ScimRequest, @Param('source') source: string): Promise<ScimReply> {
    const { caller, baseUrl } = this.reader.context(request);
    this.checkSource(source, caller);
    const bulk = readBulkRequest(this.reader.body(request), this.settings.maxBulkOperations);
    const Operations = await this.take(bulk, { source, caller, baseUrl });
    return { status: 200, body: { schemas: [BULK_RESPONSE_SCHEMA], Operations } };
  }

  private checkSource(source: string, caller: Caller): void {
    if (caller.source !== source)
      throw new ScimError(
        403,
        undefined,
        `The token "${caller.name}" speaks for the source "${caller.source}", not for "${source}" (auth.yaml).`,
      );
    if (!this.sources.has(source))
      throw new ScimError(404, undefined, `There is no source "${source}": it has no file in sources.`);
  }

  /** Records that name others of the same request, by whatever order, are taken again when those are there. */
  private async take(bulk: BulkRequest, uploading: Uploading): Promise<object[]> {
    const upload = new UploadRequest(bulk.operations, this.registry);
    const outcomes: Outcome[] = [];
    let errors = 0;
    for (const wave of upload.waves(bulk.failOnErrors === undefined ? atOnce : 1)) {
      if (bulk.failOnErrors !== undefined && errors >= bulk.failOnErrors) break;
      const taken = await Promise.all(
        wave.map((operation) => this.one(() => upload.record(operation), uploading)),
      );
      errors += taken.filter(({ status }) => status >= 400).length;
      outcomes.push(...taken);
    }
    for (const [index, { result, status }] of outcomes.entries()) {
      if (result?.unknownReferences === undefined || status >= 400) continue;
      const again = await this.one(() => upload.record(bulk.operations[index]!), uploading);
      outcomes[index] = again.status >= 400 ? again : completed(outcomes[index]!, again);
    }
    return outcomes.map((outcome, index) => answerOf(bulk.operations[index]!, outcome));
  }

  private async one(read: () => FeedRecord, { source, caller, baseUrl }: Uploading): Promise<Outcome> {
    try {
      const record = read();
      const result = await this.intake.take(source, record, caller);
      const endpoint = this.registry.resourceType(record.type)?.endpoint ?? '';
      const { resourceId } = result;
      const location = resourceId === undefined ? {} : { location: `${baseUrl}${endpoint}/${resourceId}` };
      const failure = failureIn(result);
      return {
        status: failure?.status ?? (result.outcome === 'created' ? 201 : 200),
        ...location,
        ...(failure ? { response: errorDocument(failure) } : {}),
        result,
      };
    } catch (error) {
      const failure = failureOf(error) ?? unexpectedFailure(this.logger, error, caller.correlationId);
      return { status: failure.status, response: errorDocument(failure) };
    }
  }
}

function failureIn({ outcome, reason = '', status, scimType }: RecordResult): HttpFailure | undefined {
  // Nothing is written of a parked record: the feeding system is not to take it for done.
  if (outcome === 'parked') return { status: 409, detail: reason };
  if (outcome !== 'rejected') return undefined;
  return { status: status ?? 400, detail: reason, ...(scimType === undefined ? {} : { scimType }) };
}

/** Both passes are one change to the sender. */
function completed(first: Outcome, again: Outcome): Outcome {
  const [one, two] = [first.result!, again.result!];
  const outcome = one.outcome === 'unchanged' ? two.outcome : one.outcome;
  return { ...first, result: { ...two, outcome, changes: [...one.changes, ...two.changes] } };
}

function answerOf(
  { method, bulkId }: BulkRequest['operations'][number],
  { status, location, response, result }: Outcome,
): object {
  return {
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(location === undefined ? {} : { location }),
    status: String(status),
    ...(response === undefined ? {} : { response }),
    ...(result === undefined ? {} : { [RECORD_RESULT_SCHEMA]: detailOf(result) }),
  };
}

/** Paths, not values: who may feed may not read what others stated. */
const detailOf = ({ externalId, outcome, changes, unknownReferences }: RecordResult): object => ({
  externalId,
  outcome,
  changes: changes.map(({ path, keptFor }) => ({ path, ...(keptFor === undefined ? {} : { keptFor }) })),
  ...(unknownReferences === undefined ? {} : { unknownReferences }),
});
