/** How a failure is told: what happened, the likely cause, what to do. */
import { exitCodes, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

/** The exit code of an error: its own `exitCode` where it carries one, else 1. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = error instanceof Error && 'exitCode' in error ? error.exitCode : undefined;
  return Object.values(exitCodes).find((known) => known === code && known !== exitCodes.ok) ?? exitCodes.error;
}

const networkCauses: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at that address and port',
  ENOTFOUND: 'the host name does not exist: check the spelling of the URL',
  EAI_AGAIN: 'the name could not be looked up: check the network or the proxy',
  ECONNRESET: 'the other side closed the connection',
  SELF_SIGNED_CERT_IN_CHAIN:
    "a proxy replaces the certificate: point NODE_EXTRA_CA_CERTS at your organisation's CA file",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate's issuer is unknown: point NODE_EXTRA_CA_CERTS at the CA file",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** The chain of causes below an error, innermost last. */
function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (
    let cause = error instanceof Error ? error.cause : undefined;
    cause instanceof Error && chain.length < 8;
    cause = cause.cause
  ) {
    chain.push(cause);
  }
  return chain;
}

/** The lines of a failure on stderr: the message, then causes that it does not name itself. A stack only with `MILLRACE_DEBUG=1`. */
export function renderFailure(program: string, error: unknown, env: Io['env']): string {
  if (!(error instanceof Error)) return `${program}: ${String(error)}\n`;
  const lines = [`${program}: ${error.message}`];
  for (const cause of causesOf(error)) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    const hint = networkCauses[code];
    const text = hint ?? cause.message;
    if (text !== '' && !lines.join('\n').includes(text))
      lines.push(`  cause: ${text}${hint === undefined ? '' : ` (${code})`}`);
  }
  if (env['MILLRACE_DEBUG'] === '1' && error.stack !== undefined) lines.push(error.stack);
  return `${lines.join('\n')}\n`;
}
