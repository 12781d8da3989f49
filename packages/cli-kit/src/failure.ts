/** How a failure is told: what happened, the likely cause, what to do. */
import { exitCodes, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Errors of the rooms below that have an exit code of their own, by name, so that another copy of a package is known as well. */
const codesByName: Readonly<Record<string, ExitCode>> = {
  ContractError: exitCodes.contract,
  DestinationOptionError: exitCodes.usage,
  DestinationUnusableError: exitCodes.usage,
  InvalidOptionError: exitCodes.usage,
  OptionError: exitCodes.usage,
};

/** The exit code of an error: its own `exitCode` where it carries one, else that of its kind, else 1. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof Error)) return exitCodes.error;
  const own = 'exitCode' in error ? error.exitCode : undefined;
  const known = Object.values(exitCodes).find((code) => code === own && code !== exitCodes.ok);
  if ('reason' in error && error.reason === 'in-use') return exitCodes.locked;
  if ('reason' in error && error.reason === 'damaged') return exitCodes.tampered;
  return known ?? codesByName[error.name] ?? exitCodes.error;
}

/** From what needs a person first to what can wait. */
const severity: readonly ExitCode[] = [
  exitCodes.tampered,
  exitCodes.locked,
  exitCodes.usage,
  exitCodes.contract,
  exitCodes.error,
  exitCodes.gap,
  exitCodes.late,
  exitCodes.stale,
  exitCodes.drift,
];

/** The one of several exit codes that says most: any failure before gaps, gaps before late records. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return severity.find((code) => codes.includes(code)) ?? exitCodes.ok;
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
