/** From what a runtime's `fetch` rejects with to an error that says what to do. */
import { ConnectionError } from './errors.ts';
import { showUrl } from './redact.ts';

const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|HOSTNAME_MISMATCH)/u;

/** The first `code` along the chain of causes. */
function codeOf(error: unknown): string | undefined {
  let at: unknown = error;
  for (let depth = 0; depth < 8 && typeof at === 'object' && at !== null; depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    // A host with several addresses fails with one error for each.
    at = 'errors' in at && Array.isArray(at.errors) ? at.errors[0] : 'cause' in at ? at.cause : undefined;
  }
  return undefined;
}

/** Whether a failure would be the same the next time: a certificate does not become trusted by asking again. */
export const isPermanent = (error: ConnectionError): boolean =>
  error.code !== undefined && CERTIFICATE.test(error.code);

/** Wraps a failed attempt. */
export function connectionError(cause: unknown, method: string, url: string, attempts: number): ConnectionError {
  const shown = showUrl(url);
  const code = codeOf(cause);
  const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
  return new ConnectionError(
    `${method} ${shown} got no answer${tries}${code === undefined ? '' : ` (${code})`}. ${advice(code, new URL(url).host)}`,
    { method, url: shown, ...(code === undefined ? {} : { code }) },
    { cause },
  );
}

function advice(code: string | undefined, host: string): string {
  if (code === undefined)
    return `The connection to ${host} could not be made, or was cut: check the address, the network and the proxy.`;
  if (CERTIFICATE.test(code)) {
    return `The certificate of ${host} is not trusted, most often because a company proxy stands in between: add the proxy's certificate authority to the runtime (NODE_EXTRA_CA_CERTS=file.pem for Node).`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The name ${host} was not found: check the spelling of the address, and the network.`;
  if (code === 'ECONNREFUSED') return `Nothing listens at ${host}: check the address and the port.`;
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT')
    return `${host} did not take the connection in time: check the network, the firewall and the proxy.`;
  return `The connection to ${host} was cut: try again; if it keeps happening, check the network and the proxy.`;
}
