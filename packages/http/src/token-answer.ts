/** What a token endpoint answers (RFC 6749, sections 5.1 and 5.2). */
import { apiError } from './api-error.ts';
import { type ApiError, AuthenticationError, PermissionError } from './errors.ts';
import { readJson, unexpected } from './json-body.ts';

/** A token and its life in seconds; `Infinity` when the server does not say. */
export interface Token {
  readonly accessToken: string;
  readonly expiresIn: number;
}

/** How the token was asked for; for the error's words, which never hold a secret. */
interface TokenRequestFacts {
  readonly scopes: readonly string[];
  readonly secrets: readonly string[];
  readonly method: 'basic' | 'post';
}

/** Reads the token, or throws the error that says why there is none. */
export async function readToken(response: Response, asked: TokenRequestFacts): Promise<Token> {
  if (!response.ok) throw tokenError(await apiError(response, { secrets: asked.secrets }), asked);
  const body = await readJson(response);
  const fields: { access_token?: unknown; expires_in?: unknown } =
    typeof body === 'object' && body !== null ? body : {};
  const accessToken = fields.access_token;
  if (typeof accessToken !== 'string' || !/^[\u0021-\u007E]+$/u.test(accessToken)) {
    throw unexpected(
      response,
      'It is JSON without an access_token: check that the address is that of the token endpoint.',
    );
  }
  const expiresIn = Number(fields.expires_in ?? Number.NaN);
  return { accessToken, expiresIn: expiresIn > 0 ? expiresIn : Number.POSITIVE_INFINITY };
}

/** OAuth puts its own meaning into `error`, with 400 for nearly everything. */
function tokenError(error: ApiError, { scopes, method }: TokenRequestFacts): ApiError {
  const asked = `POST ${error.url} gave no token (${error.status}${error.code === undefined ? '' : `, ${error.code}`}${error.detail === undefined ? '' : `: ${error.detail}`}).`;
  if (error.code === 'invalid_scope') {
    const scope = scopes.join(' ');
    const which = scope === '' ? 'the scopes of this operation' : `the scope ${scope}`;
    return new PermissionError(
      `${asked} The OAuth client does not have ${which}: an administrator adds it to the client.`,
      scope === '' ? error : Object.assign(error, { scope }),
    );
  }
  if (
    error.status === 401 ||
    error.code === 'invalid_client' ||
    error.code === 'unauthorized_client' ||
    error.code === 'invalid_grant'
  ) {
    const other = method === 'post' ? 'basic' : 'post';
    return new AuthenticationError(
      `${asked} The client ID or secret is wrong or revoked, or the client is registered for another method than "${method}": check both, or set method: "${other}".`,
      error,
    );
  }
  return error;
}
