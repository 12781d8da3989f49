import { Readable, Writable } from 'node:stream';
import type { Io } from '../src/index.ts';

/** A stream that keeps what is written to it. */
export class Sink extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Somebody at a terminal who types these lines. */
export class Typist extends Readable {
  readonly isTTY = true;

  constructor(lines: readonly string[]) {
    super();
    for (const line of lines) this.push(`${line}\n`);
    this.push(null);
  }

  override _read(): void {
    // Everything was pushed at once.
  }
}

/** A world of its own for one test. */
export function testIo(
  env: Record<string, string> = {},
  cwd = '/',
  terminal = false,
): Io & { stdout: Sink; stderr: Sink } {
  return { stdout: new Sink(), stderr: new Sink(terminal), env, cwd, signal: new AbortController().signal };
}
