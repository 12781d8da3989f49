/** Data Push: jobs, chunks, execution. */
import { createHash } from 'node:crypto';
import type { Answer, ApiRequest } from '../api.ts';
import { given, type JsonObject, objectsOf, textAt, textsOf, stringAt } from './json.ts';
import { ChunkError, readChunkColumns } from './push-chunks.ts';
import { loadPush } from './push-load.ts';
import { type Chunk, ExecutionLimits, type PushJobState } from './push-state.ts';
import { BodyRefusal, notFound, PoolRefusal } from './refusals.ts';
import { asked, at, bodyOf, done, type Operations, ok, type PoolTeam } from './team.ts';

const fields = [
  'targetName',
  'type',
  'fileType',
  'targetSchema',
  'upsertStrategy',
  'fallbackVarcharLength',
  'connectionId',
  'postExecutionQuery',
  'allowDuplicate',
  'foreignKeys',
  'keys',
  'tableSchema',
  'csvParsingOptions',
  'mirrorTargetNames',
  'changeDate',
];

const longestVarchar = 65_000;

/** The operations under both prefixes. */
export function pushOperations(team: PoolTeam): Operations {
  const { state, clock } = team;
  const jobs = new Map<string, PushJobState>();
  const limits = new ExecutionLimits(clock, team.options.push);
  const jobAt = (request: ApiRequest): PushJobState => {
    const pool = state.get(at(request, 'poolId'));
    const found = jobs.get(at(request, 'pushJobId'));
    if (found === undefined || found.job['dataPoolId'] !== pool.id)
      throw notFound('push job', at(request, 'pushJobId'));
    return found;
  };
  const upload = async (request: ApiRequest, type: Chunk['type']): Promise<Answer> => {
    const push = jobAt(request);
    if (push.job['status'] !== 'NEW') throw new PoolRefusal(409, 'The push job was executed already.');
    if (request.body.kind !== 'files') throw new PoolRefusal(400, 'The chunk is missing.');
    const bytes = request.body.files['file'] ?? new Uint8Array();
    if (bytes.length > (team.options.push?.chunkBytes ?? 1024 ** 3)) {
      throw new PoolRefusal(400, 'The chunk is larger than 1 GB.');
    }
    await checkChunk(team, push.job, bytes);
    push.chunks.push({
      id: state.ids.next(),
      type,
      bytes,
      checksum: createHash('md5').update(bytes).digest('hex'),
      creationDate: clock.milliseconds(),
    });
    return done;
  };
  const operations: Operations = {
    listPushJobs: (request) => {
      const pool = state.get(at(request, 'poolId'));
      return ok([...jobs.values()].filter(({ job }) => job['dataPoolId'] === pool.id).map(shown));
    },
    createPushJob: (request) => {
      const pool = state.get(at(request, 'poolId'));
      const body = bodyOf(request);
      check(body);
      const connectionId = textAt(body, 'connectionId');
      if (connectionId !== undefined) pool.connections.get(connectionId);
      const now = clock.milliseconds();
      const id = state.ids.next();
      const job: JsonObject = {
        id,
        fileType: 'PARQUET',
        ...given(body, fields),
        dataPoolId: pool.id,
        status: 'NEW',
        lastModified: now,
        lastPing: now,
        logs: [],
      };
      job['fileType'] ??= 'PARQUET';
      jobs.set(id, { job, chunks: [], looks: 0 });
      return ok(job);
    },
    getPushJob: (request) => ok(shown(jobAt(request))),
    executePushJob: (request) => {
      const push = jobAt(request);
      if (push.job['status'] !== 'NEW') throw new PoolRefusal(409, 'The push job was executed already.');
      const exceeded = limits.take();
      if (exceeded !== undefined) throw new PoolRefusal(429, `The limit of ${exceeded} is exceeded.`);
      push.job = { ...push.job, status: 'QUEUED', lastModified: clock.milliseconds() };
      push.looks = team.options.looks ?? 0;
      const pool = state.get(at(request, 'poolId'));
      const column = asked(request, 'duplicateRemovalColumn');
      loadPush(team, pool, push, column).then(
        () => finish(push, 'DONE', []),
        (error: unknown) => finish(push, 'ERROR', [error instanceof Error ? error.message : String(error)]),
      );
      return done;
    },
    deletePushJob: (request) => {
      jobs.delete(stringAt(jobAt(request).job, 'id'));
      return done;
    },
    listPushChunks: (request) => {
      const { job, chunks } = jobAt(request);
      return ok(
        chunks.map(({ id, type, checksum, creationDate }) => ({
          id,
          type,
          checksum,
          creationDate,
          pushJobId: job['id'] ?? null,
        })),
      );
    },
    pushUpsertedChunk: (request) => upload(request, 'UPSERT'),
    pushDeletedChunk: (request) => upload(request, 'DELETE'),
  };
  const older = Object.entries(operations).map(([id, operation]) => [`${id}Legacy`, operation] as const);
  return { ...operations, ...Object.fromEntries(older) };

  function finish(push: PushJobState, outcome: 'DONE' | 'ERROR', logs: string[]): void {
    push.outcome = outcome;
    push.chunks.length = 0;
    push.job = { ...push.job, logs, lastModified: clock.milliseconds() };
  }
}

/** The job as a look shows it: `QUEUED`, then `RUNNING`, then its end. */
function shown(push: PushJobState): JsonObject {
  const { status } = push.job;
  if (status !== 'QUEUED' && status !== 'RUNNING') return push.job;
  if (push.outcome === undefined || push.looks > 0) {
    push.looks -= push.outcome === undefined ? 0 : 1;
    push.job = { ...push.job, status: 'RUNNING' };
  } else {
    push.job = { ...push.job, status: push.outcome };
  }
  return push.job;
}

function check(body: JsonObject): void {
  if (textAt(body, 'targetName') === undefined) {
    throw new BodyRefusal('targetName', 'targetName must not be empty', 'NOT_EMPTY');
  }
  const { type, fileType, fallbackVarcharLength: length } = body;
  if (type !== 'REPLACE' && type !== 'DELTA') throw new BodyRefusal('type', 'type must be REPLACE or DELTA');
  if (fileType !== undefined && fileType !== null && fileType !== 'PARQUET' && fileType !== 'CSV') {
    throw new BodyRefusal('fileType', 'fileType must be PARQUET or CSV');
  }
  if (typeof length === 'number' && (length < 1 || length > longestVarchar)) {
    throw new BodyRefusal('fallbackVarcharLength', `fallbackVarcharLength must be from 1 to ${longestVarchar}`);
  }
  const schema = body['tableSchema'];
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) {
    for (const column of objectsOf(schema['columns'])) {
      if (textAt(column, 'columnName') === undefined) {
        throw new BodyRefusal('tableSchema', 'a column needs columnName', 'NOT_EMPTY');
      }
      const { fieldLength } = column;
      if (typeof fieldLength === 'number' && (fieldLength < 0 || fieldLength > longestVarchar)) {
        throw new BodyRefusal('tableSchema', `fieldLength must be from 1 to ${longestVarchar}`);
      }
    }
  }
}

/** The server looks at a chunk when it comes, and refuses one that it cannot read or that lacks a key. */
async function checkChunk(team: PoolTeam, job: JsonObject, bytes: Uint8Array): Promise<void> {
  const kind = job['fileType'] === 'CSV' ? 'CSV' : 'Parquet';
  try {
    const columns = await readChunkColumns(team.warehouse, job, bytes);
    const names = new Set(columns.map(({ name }) => name.toLowerCase()));
    const missing = textsOf(job['keys']).filter((key) => !names.has(key.toLowerCase()));
    if (missing.length > 0) throw new ChunkError(`key column ${missing.join(', ')} is not in it`);
    const nested = columns.find(({ type }) => /\[\]|STRUCT|MAP|UNION/u.test(type));
    if (nested !== undefined) throw new ChunkError(`column ${nested.name} is nested (${nested.type})`);
  } catch (error) {
    if (!(error instanceof ChunkError)) throw error;
    throw new PoolRefusal(400, `Error while validating the ${kind} file: ${error.message}.`);
  }
}
