/** Keeps secrets out of whatever is shown: URLs, bodies, messages. */

const BLANK = '***';

// A cursor (`pageToken`, `nextPageToken`) is no secret, and useful to see.
const SECRET_NAME =
  /^(?:(?:access|refresh|id|auth|session|bearer|security|x-amz-security)[-_]?token|token|(?:client|app)?[-_]?secret|pass(?:word|wd|phrase)?|pwd|(?:api|app|application|private|secret)[-_]?key|key|authorization|credentials?|assertion|client_assertion|code|signature|sig|x-amz-signature|x-amz-credential|cookie|set-cookie)$/iu;

const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

// "AppKey abc", "Bearer abc", "Basic abc" wherever a server echoes a header.
const ECHOED_HEADER = /\b(Bearer|AppKey|Basic)\s+[\w+/=.~-]{8,}/giu;

/** The URL as it may be shown: no user information, secret-looking query parameters blanked, no fragment. */
export function showUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return '(not a URL)';
  }
  parsed.username = '';
  parsed.password = '';
  parsed.hash = '';
  const secret = [...parsed.searchParams.keys()].filter(isSecretName);
  for (const name of secret) parsed.searchParams.set(name, BLANK);
  return parsed.href;
}

/** Blanks the given secrets, and anything that looks like an `Authorization` header. */
export function redactText(text: string, secrets: readonly string[] = []): string {
  let shown = text;
  for (const secret of secrets) {
    if (secret.length >= 4) shown = shown.replaceAll(secret, BLANK);
  }
  return shown.replaceAll(ECHOED_HEADER, `$1 ${BLANK}`);
}

/** The same for parsed JSON: values under secret-looking keys are blanked, too. Deeper than 20 levels is left out. */
export function redactJson(value: unknown, secrets: readonly string[] = [], depth = 20): unknown {
  if (typeof value === 'string') return redactText(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((item) => redactJson(item, secrets, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      // `code` is where most vendors put their error code; only in a URL it is an OAuth grant.
      isSecretName(key) && key !== 'code' && key !== 'key' && typeof item === 'string'
        ? BLANK
        : redactJson(item, secrets, depth - 1),
    ]),
  );
}
