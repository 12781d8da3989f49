/** The HTTP server of a simulator: routing, faults, credentials, checks, and the request log. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type ApiRequest, contentTypeOf, type Refusal, type Vendor } from './api.ts';
import { type RawBody, readBody, readRawBody, type RequestBody } from './body.ts';
import type { VirtualClock } from './clock.ts';
import type { Identified } from './credentials.ts';
import { FaultState } from './fault-state.ts';
import { forcedAnswer, lowerCased } from './forced-answers.ts';
import type { Failure, FaultPlan, HookAnswer } from './faults.ts';
import type { Operation, ParameterValues, RequestProblem } from './openapi.ts';
import { loggedQuery, type RequestRecord } from './request-log.ts';
import { Transmitter } from './transmit.ts';

export interface ServerOptions {
  readonly vendor: Vendor;
  readonly clock: VirtualClock;
  readonly seed: number;
  readonly faults: FaultPlan;
}

/** The simulator broke its own API description. A defect of the simulator, or data that the description does not allow. */
export class OwnAnswerError extends Error {
  override readonly name = 'OwnAnswerError';
  readonly violations: readonly string[];

  constructor(violations: readonly string[]) {
    super(
      `The simulator gave ${violations.length} answer(s) that its API description does not allow: ${violations[0]}`,
    );
    this.violations = violations;
  }
}

type Draft = { -readonly [K in keyof RequestRecord]: RequestRecord[K] };

/** An answer on its way, with what the fault plan does to it. */
interface Outcome {
  readonly answer: Answer;
  readonly failures: readonly Failure[];
}

export class SimulatorServer {
  readonly requests: RequestRecord[] = [];
  /** Answers that the API description does not allow, one line each. */
  readonly violations: string[] = [];
  readonly #vendor: Vendor;
  readonly #clock: VirtualClock;
  readonly #seed: number;
  readonly #server: Server;
  readonly #transmitter: Transmitter;
  #state: FaultState;
  #received = 0;

  constructor({ vendor, clock, seed, faults }: ServerOptions) {
    this.#vendor = vendor;
    this.#clock = clock;
    this.#seed = seed;
    this.#state = new FaultState(faults, seed);
    this.#transmitter = new Transmitter(clock);
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      void this.#serve(request, response);
    });
  }

  get faults(): FaultPlan {
    return this.#state.plan;
  }

  set faults(plan: FaultPlan) {
    this.#state = new FaultState(plan, this.#seed);
  }

  /** Seed of the fault plan. */
  get faultSeed(): number {
    return this.#state.seed;
  }

  /** Starts to listen; gives the base URL. Rejects when the port is taken. */
  listen(port: number, host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve(`http://${host}:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  /** Cuts what is still open and stops. Rejects with `OwnAnswerError` when the simulator broke its own description. */
  async close(): Promise<void> {
    this.#transmitter.stop();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    if (this.violations.length > 0) throw new OwnAnswerError(this.violations);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#received += 1;
    const url = urlOf(request);
    const record: Draft = {
      number: this.#received,
      method: request.method ?? 'GET',
      path: url.pathname,
      query: loggedQuery(url.searchParams),
      status: 0,
      started: this.#clock.milliseconds(),
      credentials: 'none',
    };
    this.requests.push(record);
    const { plan } = this.#state;
    // A client that goes away while an answer is written is part of the game.
    response.on('error', () => {});
    try {
      const outcome = await this.#decide(request, url, record);
      const failure =
        outcome.failures.find(({ kind }) => kind !== 'slow' && kind !== 'expire-tokens') ?? outcome.failures[0];
      if (failure !== undefined) record.failure = failure.kind;
      if (outcome.answer.rows !== undefined) record.rows = outcome.answer.rows;
      const cut = outcome.failures.some(({ kind }) => kind === 'no-answer');
      record.status = cut ? 0 : outcome.answer.status;
      await this.#transmitter.send(request, response, outcome.answer, { plan, failures: outcome.failures });
      await plan.hooks?.after?.(record);
    } catch (error) {
      if (!isGone(error)) this.violations.push(`${record.method} ${record.path}: ${stackOf(error)}`);
      response.destroy();
    }
  }

  async #decide(request: IncomingMessage, url: URL, record: Draft): Promise<Outcome> {
    this.#vendor.wake?.();
    const path = this.#vendor.rewrite === undefined ? url.pathname : this.#vendor.rewrite(url.pathname, this.faults);
    const route = path === undefined ? undefined : this.#vendor.description.route(record.method, path);
    const operation = route?.found === 'operation' ? route.operation : undefined;
    if (operation !== undefined) record.operationId = operation.operationId;

    const hooked = await this.faults.hooks?.before?.({ ...record });
    if (hooked !== undefined) {
      request.resume();
      return { answer: fromHook(hooked), failures: [] };
    }
    const raw = await readRawBody(request);
    if (route?.found === 'other-methods')
      return this.#plain({ kind: 'other-methods', method: record.method, allow: route.allow }, record.path);
    if (operation === undefined || route?.found !== 'operation')
      return this.#plain({ kind: 'unknown-path', path: record.path }, record.path);

    const state = this.#state;
    const failures = state.strike(operation.operationId);
    if (failures.some(({ kind }) => kind === 'expire-tokens')) this.#vendor.desk.expireTokens();
    const identified = this.#vendor.desk.identify(request.headers.authorization, state.plan.auth);
    record.credentials = operation.open ? 'client-secret' : identified.kind;

    const rate = operation.open ? undefined : state.countRate(this.#clock.milliseconds());
    const forced = forcedAnswer({
      failures,
      rate,
      vendor: this.#vendor,
      plan: state.plan,
      clock: this.#clock,
      path: record.path,
    });
    const answer =
      forced ?? (await this.#answer({ operation, path: route.path, url, request, raw, identified, failures }));
    const checked = forced === undefined ? this.#checked(operation, answer) : answer;
    return { answer: rate === undefined ? checked : withRate(checked, rate.limit, rate.remaining), failures };
  }

  async #answer(call: {
    readonly operation: Operation;
    readonly path: Readonly<Record<string, string>>;
    readonly url: URL;
    readonly request: IncomingMessage;
    readonly raw: RawBody;
    readonly identified: Identified;
    readonly failures: readonly Failure[];
  }): Promise<Answer> {
    const { operation, identified } = call;
    const search = call.url.searchParams;
    const plan = this.faults;
    const refuse = (refusal: Refusal): Answer => this.#vendor.refuse(refusal, plan.auth, call.url.pathname);
    if (!operation.open) {
      const refusal = this.#refusedAccess(operation, identified);
      if (refusal !== undefined) return refuse(refusal);
    }
    clampPages(operation, search, plan);
    const { values, problems } = operation.readParameters({ path: call.path, search, headers: call.request.headers });
    const unknown = plan.unknownParameters === 'reject' ? unknownParameters(operation, search) : [];
    const body = await readBody(call.raw, operation.bodyTypes);
    const bodyProblems = problemsOf(operation, body);
    const all = [...problems, ...unknown, ...(operation.open ? [] : bodyProblems)];
    if (all.length > 0) return refuse({ kind: 'bad-request', problems: all });
    const request: ApiRequest = {
      operation,
      values: call.failures.some(({ kind }) => kind === 'repeat-page') ? onePageBack(values) : values,
      headers: call.request.headers,
      body,
      rawBody: call.raw.bytes,
      formProblems: bodyProblems,
      plan,
      seed: this.#state.seed,
      clock: this.#clock,
    };
    const handler = this.#vendor.operations[operation.operationId];
    if (handler === undefined) throw new Error(`operation ${operation.operationId} has no implementation`);
    const answer = await handler(request);
    if (answer.rows !== undefined) this.#vendor.afterPage?.(operation.operationId, request);
    return answer;
  }

  #refusedAccess(operation: Operation, { kind, principal }: Identified): Refusal | undefined {
    if (principal === undefined) return { kind: 'unauthenticated', credentials: kind };
    const { scopes } = principal;
    const allowed = operation.scopes.some((needed) => needed.every((scope) => scopes?.includes(scope)));
    if (scopes !== undefined && operation.scopes.length > 0 && !allowed) return { kind: 'no-scope', operation };
    const permission = this.#vendor.permissions[operation.operationId];
    if (permission !== undefined && !principal.permissions.includes(permission))
      return { kind: 'no-permission', operation };
    return undefined;
  }

  #plain(refusal: Refusal, path: string): Outcome {
    return { answer: this.#vendor.refuse(refusal, this.faults.auth, path), failures: [] };
  }

  #checked(operation: Operation, answer: Answer): Answer {
    const type = contentTypeOf(answer);
    const problems = operation.checkAnswer(answer.status, type, answer.text ?? answer.body);
    if (problems.length === 0) return answer;
    const text = `${operation.operationId}, status ${answer.status}: ${problems.join('; ')}`;
    this.violations.push(text);
    return { status: 500, text: `The simulator's own answer does not fit its API description. ${text}` };
  }
}

function urlOf(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  return URL.parse(target.startsWith('/') ? `http://localhost${target}` : target) ?? new URL('http://localhost/');
}

/** Whether the client went away while its request was read. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function withRate(answer: Answer, limit: number, remaining: number): Answer {
  const headers = { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(remaining) };
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function fromHook({ status, headers, body }: HookAnswer): Answer {
  const lower = lowerCased(headers ?? {});
  const { 'content-type': contentType = 'application/json', ...rest } = lower;
  return body === undefined ? { status, headers: lower } : { status, headers: rest, text: body, contentType };
}

function clampPages(operation: Operation, search: URLSearchParams, plan: FaultPlan): void {
  if (plan.oversizePage !== 'clamp') return;
  for (const { name, maximum } of operation.parameters) {
    if (maximum !== undefined && Number(search.get(name)) > maximum) search.set(name, String(maximum));
  }
}

function unknownParameters(operation: Operation, search: URLSearchParams): RequestProblem[] {
  const known = new Set(operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name));
  return [...search.keys()]
    .filter((name) => !known.has(name))
    .map((name) => ({ in: 'query', name, kind: 'unknown', message: `${name} is not a parameter of this operation` }));
}

function problemsOf(operation: Operation, body: RequestBody): readonly RequestProblem[] {
  if (body.kind === 'wrong') return [{ in: 'body', name: '', kind: 'type', message: body.reason }];
  if (body.kind === 'json') return operation.checkBody('application/json', body.value);
  if (body.kind === 'form') return operation.checkBody('application/x-www-form-urlencoded', { ...body.fields });
  if (body.kind === 'files' && body.files['file'] === undefined)
    return [{ in: 'body', name: 'file', kind: 'missing', message: 'file is required' }];
  return [];
}

function onePageBack(values: ParameterValues): ParameterValues {
  const { pageNumber } = values.query;
  if (typeof pageNumber !== 'number') return values;
  return { ...values, query: { ...values.query, pageNumber: Math.max(pageNumber - 1, 0) } };
}
