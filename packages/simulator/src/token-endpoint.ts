/** OAuth 2 client credentials, RFC 6749 sections 2.3.1, 4.4 and 5.2. */
import type { CredentialDesk, OAuthClient } from './credentials.ts';
import type { Answer, ApiRequest } from './api.ts';

export interface TokenEndpoint {
  readonly desk: CredentialDesk;
  readonly clients: readonly OAuthClient[];
  /** Scopes that clients have when the fault plan does not say otherwise. */
  readonly scopes: readonly string[];
  /** Seconds, when the fault plan does not say otherwise. */
  readonly lifetime: number;
  /** Fields of the answer that this vendor adds. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Answers `createToken`. */
export function answerToken(endpoint: TokenEndpoint, request: ApiRequest): Answer {
  const { body, plan } = request;
  if (body.kind !== 'form')
    return refusal(400, 'invalid_request', 'send the fields as application/x-www-form-urlencoded');
  const form = body.fields;
  const problem = request.formProblems[0];
  if (problem !== undefined) {
    return problem.name === 'grant_type' && problem.kind === 'value'
      ? refusal(400, 'unsupported_grant_type', 'grant_type must be client_credentials')
      : refusal(400, 'invalid_request', problem.message);
  }
  const client = authenticate(endpoint.clients, request.headers.authorization, form, plan.auth?.method);
  if (!('clientId' in client)) return client;
  const granted = plan.auth?.scopes ?? endpoint.scopes;
  const asked = form['scope']?.split(' ').filter((scope) => scope !== '') ?? [];
  const refused = asked.filter((scope) => !granted.includes(scope));
  if (refused.length > 0) return refusal(400, 'invalid_scope', `not granted to this client: ${refused.join(' ')}`);
  const scopes = asked.length === 0 ? granted : asked;
  const lifetime = plan.auth?.tokenLifetime ?? endpoint.lifetime;
  return {
    status: 200,
    headers: { 'cache-control': 'no-store' },
    body: {
      access_token: endpoint.desk.issue(client, scopes, lifetime),
      token_type: 'Bearer',
      expires_in: lifetime,
      scope: scopes.join(' '),
      ...endpoint.extra,
    },
  };
}

function authenticate(
  clients: readonly OAuthClient[],
  authorization: string | undefined,
  form: Readonly<Record<string, string>>,
  only: 'basic' | 'post' | undefined,
): OAuthClient | Answer {
  const basic = authorization === undefined ? undefined : basicPair(authorization);
  const posted =
    form['client_secret'] === undefined ? undefined : { id: form['client_id'] ?? '', secret: form['client_secret'] };
  if (basic !== undefined && posted !== undefined) {
    return refusal(400, 'invalid_request', 'the client secret came in the header and in the body; send it once');
  }
  const allowed = only === 'basic' ? basic : only === 'post' ? posted : (basic ?? posted);
  const client = clients.find(
    ({ clientId, clientSecret }) => clientId === allowed?.id && clientSecret === allowed.secret,
  );
  if (client !== undefined) return client;
  const challenge = authorization === undefined ? {} : { 'www-authenticate': 'Basic realm="token"' };
  return refusal(401, 'invalid_client', 'client authentication failed', challenge);
}

function basicPair(authorization: string): { id: string; secret: string } | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization) ?? [];
  if (encoded === undefined) return undefined;
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  try {
    return { id: decodeURIComponent(id), secret: decodeURIComponent(secret.join(':')) };
  } catch {
    return undefined;
  }
}

function refusal(status: number, error: string, description: string, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'cache-control': 'no-store', ...headers },
    body: { error, error_description: description },
  };
}
