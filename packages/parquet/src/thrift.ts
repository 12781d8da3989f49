/**
 * The Thrift compact protocol, as much of it as Parquet's own structures need.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { ByteWriter } from './byte-writer.ts';

const TRUE = 1;
const FALSE = 2;
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

const utf8 = new TextEncoder();

/** Writes one struct; fields must come in the order of their numbers. */
export class ThriftWriter {
  readonly out: ByteWriter = new ByteWriter();
  private lastField = 0;

  i32(field: number, value: number): this {
    this.header(field, I32);
    this.out.zigzag(value);
    return this;
  }

  /** A 64-bit integer, here always a size or an offset within 2^52. */
  i64(field: number, value: number): this {
    this.header(field, I64);
    this.out.zigzag(value);
    return this;
  }

  bool(field: number, value: boolean): this {
    this.header(field, value ? TRUE : FALSE);
    return this;
  }

  binary(field: number, value: Uint8Array): this {
    this.header(field, BINARY);
    this.rawBinary(value);
    return this;
  }

  string(field: number, value: string): this {
    return this.binary(field, utf8.encode(value));
  }

  struct(field: number, body: () => void): this {
    this.header(field, STRUCT);
    this.nested(body);
    return this;
  }

  structs<T>(field: number, items: readonly T[], body: (item: T) => void): this {
    this.listHeader(field, STRUCT, items.length);
    for (const item of items) this.nested(() => body(item));
    return this;
  }

  strings(field: number, items: readonly string[]): this {
    this.listHeader(field, BINARY, items.length);
    for (const item of items) this.rawBinary(utf8.encode(item));
    return this;
  }

  i32s(field: number, items: readonly number[]): this {
    this.listHeader(field, I32, items.length);
    for (const item of items) this.out.zigzag(item);
    return this;
  }

  /** Ends the struct and gives its bytes. */
  end(): Uint8Array {
    this.out.byte(0);
    return this.out.written();
  }

  private header(field: number, type: number): void {
    const step = field - this.lastField;
    if (step > 0 && step < 16) {
      this.out.byte((step << 4) | type);
    } else {
      this.out.byte(type);
      this.out.zigzag(field);
    }
    this.lastField = field;
  }

  private listHeader(field: number, type: number, size: number): void {
    this.header(field, LIST);
    if (size < 15) {
      this.out.byte((size << 4) | type);
    } else {
      this.out.byte(0xf0 | type);
      this.out.varint(size);
    }
  }

  private rawBinary(value: Uint8Array): void {
    this.out.varint(value.length);
    this.out.append(value);
  }

  private nested(body: () => void): void {
    const outer = this.lastField;
    this.lastField = 0;
    body();
    this.out.byte(0);
    this.lastField = outer;
  }
}
