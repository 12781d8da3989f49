import { Writable } from 'node:stream';
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

/** A world of its own for one test. */
export function testIo(
  env: Record<string, string> = {},
  cwd = '/',
  terminal = false,
): Io & { stdout: Sink; stderr: Sink } {
  return { stdout: new Sink(), stderr: new Sink(terminal), env, cwd, signal: new AbortController().signal };
}
