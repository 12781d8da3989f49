/**
 * Finds the documents of a page, their keys and times, without parsing the page. It believes the text to be JSON: what is
 * wrong inside a document shows when the document is parsed, which whoever makes rows of it does.
 */
import type { Path } from '@millrace/flatten';
import { KERNEL } from './scan-kernel.ts';

/** Where things are in a page. Offsets are bytes; `-1` for a value that is not there. Good until the next scan. */
export interface ScannedPage {
  readonly count: number;
  /** Start and end of the list of documents. */
  readonly list: readonly [start: number, end: number];
  /** Start and end of each document, one after the other. */
  readonly bounds: Uint32Array;
  /** Start and end of each key of each document, and of its time, one after the other. */
  readonly values: Int32Array;
  /** The instant of each document, in ms; NaN where it is not written as `2025-02-25T14:52:10.903Z`. Empty where none was asked for. */
  readonly times: Float64Array;
  /** Start and end of the values beside the list that were asked for. */
  readonly beside: Int32Array;
  /** The canonical JSON of the list of each document's keys, one after the other, as far as they are made of the bytes that stand in the page. */
  readonly keys: Uint8Array;
  /** Start and end of each in `keys`; 0 and 0 where it is not there. */
  readonly keyBounds: Uint32Array;
}

/** What is looked for. */
export interface ScanOptions {
  /** Keys that lead to the list of documents. Empty: the page is the list. */
  readonly at: Path;
  /** Paths in a document that make up its key. */
  readonly keys: readonly Path[];
  /** Path in a document of its time. */
  readonly time?: Path | undefined;
  /** Paths of values beside the list, from the page's root. */
  readonly beside?: readonly Path[];
}

/** The page is not what it was said to be. */
export class PageScanError extends Error {
  override readonly name = 'PageScanError';
}

/** What the kernel offers: see `assembly/kernel.ts`. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  memoryStart(): number;
  prepare(document: number, keys: number, timed: number): void;
  setRoom(
    documents: number,
    bounds: number,
    values: number,
    times: number,
    keyBounds: number,
    texts: number,
    textsLength: number,
  ): void;
  scan(at: number, length: number, root: number, beside: number): number;
  documentCount(): number;
  textsLength(): number;
  foundList(): number;
  beforeList(): number;
  throughList(): number;
  failureAt(): number;
}

/** By the kernel's numbers; one more is `NO_ROOM`. */
const FAILURES = [
  'nothing is wrong',
  'it breaks off, or is no JSON',
  'a key was expected',
  'a colon was expected',
  'a comma was expected',
  'a document was expected, which is an object',
  'there is more after its end',
];
const NO_ROOM = 7;
/** After a page that took more, memory is given back. */
const MOST_MEMORY = 64 * 2 ** 20;
/** Zeros after the page. */
const PADDING = 80;
const MEMORY_PAGE = 65_536;
/** A document is expected to have so many bytes; where there are more of them, they get more room. */
const USUAL_BYTES = 128;

let compiled: WebAssembly.Module | undefined;
const encoder = /* @__PURE__ */ new TextEncoder();

/** A scan prepared for pages of one kind. */
export class PageScanner {
  readonly #options: Required<Pick<ScanOptions, 'at' | 'beside'>>;
  readonly #keys: number;
  readonly #document: Place;
  readonly #page: Place;
  readonly #timed: boolean;
  #prepared: Prepared | undefined;

  constructor({ at, keys, time, beside = [] }: ScanOptions) {
    this.#options = { at, beside };
    this.#keys = keys.length;
    this.#timed = time !== undefined;
    this.#document = placeOf(time === undefined ? keys : [...keys, time], undefined);
    this.#page = placeOf(beside, at);
  }

  /** @throws PageScanError where there is no list, or something else than objects in it */
  scan(page: Uint8Array): ScannedPage {
    const usual = this.#try(page, Math.ceil(page.length / USUAL_BYTES));
    // No document is shorter than `{},`.
    return usual ?? this.#try(page, Math.ceil(page.length / 3)) ?? this.#fail('it is too long', 0, page);
  }

  /** `undefined`: there are more documents. */
  #try(page: Uint8Array, documents: number): ScannedPage | undefined {
    const { length } = page;
    const prepared = this.#kernel();
    const { kernel, root } = prepared;
    const slots = this.#keys + (this.#timed ? 1 : 0);
    const room = new Room(prepared.end);
    const beside = room.take(this.#options.beside.length * 8);
    const bounds = room.take(documents * 8);
    const values = room.take(documents * 8 * slots);
    const times = room.take(this.#timed ? documents * 8 : 0);
    const keyBounds = room.take(this.#keys > 0 ? documents * 8 : 0);
    const textsLength = this.#keys > 0 ? Math.min(length, MOST_MEMORY) : 0;
    const texts = room.take(textsLength);
    const at = room.take(length + PADDING);
    room.make(kernel.memory);
    kernel.setRoom(documents, bounds, values, times, keyBounds, texts, textsLength);
    const bytes = new Uint8Array(kernel.memory.buffer);
    bytes.set(page, at);
    bytes.fill(0, at + length, at + length + PADDING);
    bytes.fill(0xff, beside, beside + this.#options.beside.length * 8);
    const failure = kernel.scan(at, length, root, beside);
    if (kernel.memory.buffer.byteLength > MOST_MEMORY) this.#prepared = undefined;
    if (failure === NO_ROOM) return undefined;
    if (failure !== 0) return this.#fail(FAILURES[failure] ?? '', kernel.failureAt(), page);
    if (kernel.foundList() === 0)
      throw new PageScanError(`there is no list under ${JSON.stringify(this.#options.at.join('.'))}`);
    const count = kernel.documentCount();
    const { buffer } = kernel.memory;
    return {
      count,
      list: [kernel.beforeList(), kernel.throughList()],
      bounds: new Uint32Array(buffer, bounds, count * 2),
      values: new Int32Array(buffer, values, count * 2 * slots),
      times: new Float64Array(buffer, times, this.#timed ? count : 0),
      beside: new Int32Array(buffer, beside, this.#options.beside.length * 2),
      keys: new Uint8Array(buffer, texts, kernel.textsLength()),
      keyBounds: new Uint32Array(buffer, keyBounds, this.#keys > 0 ? count * 2 : 0),
    };
  }

  #fail(what: string, at: number, page: Uint8Array): never {
    throw new PageScanError(`${what} (byte ${at} of ${page.length})`);
  }

  #kernel(): Prepared {
    if (this.#prepared !== undefined) return this.#prepared;
    const places = new Map<number, Place>();
    compiled ??= new WebAssembly.Module(Buffer.from(KERNEL, 'base64'));
    const { exports } = new WebAssembly.Instance(compiled, {
      host: {
        childOf: (node: number, from: number, to: number): number => {
          const text: unknown = JSON.parse(Buffer.from(kernel.memory.buffer, from, to - from).toString());
          const child = places.get(node)?.children.find((each) => each.key === text);
          return child === undefined ? 0 : addressOf(child.place, places);
        },
      },
    });
    // The interface says what the generated module exports.
    const kernel = exports as unknown as Kernel;
    const room = new Room(kernel.memoryStart());
    const document = writePlace(this.#document, kernel.memory, room, places);
    const root = writePlace(this.#page, kernel.memory, room, places);
    kernel.prepare(document, this.#keys, this.#timed ? 1 : 0);
    this.#prepared = { kernel, root, end: room.end };
    return this.#prepared;
  }
}

interface Prepared {
  readonly kernel: Kernel;
  readonly root: number;
  /** Where free memory begins. */
  readonly end: number;
}

/** Memory that is taken piece by piece, and then made. */
class Room {
  end: number;

  constructor(start: number) {
    this.end = start;
  }

  /** Room of which sixteen bytes more can be read. */
  take(bytes: number): number {
    const at = this.end;
    this.end = Math.ceil((at + bytes + 16) / 16) * 16;
    return at;
  }

  make(memory: WebAssembly.Memory): void {
    const missing = this.end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / MEMORY_PAGE));
  }
}

/** A place in a page that matters, or that leads to one that does. */
interface Place {
  readonly children: readonly { readonly key: string; readonly place: Place }[];
  /** Which wanted value stands here; -1: none. */
  readonly slot: number;
  /** Those that stand here or below. */
  readonly slots: readonly number[];
  /** The list of documents stands here. */
  readonly isList: boolean;
}

function placeOf(paths: readonly Path[], list: Path | undefined): Place {
  const make = (depth: number, slots: readonly number[], isOnList: boolean): Place => {
    const below = slots.filter((slot) => (paths[slot]?.length ?? 0) > depth);
    const keys = new Set(below.map((slot) => paths[slot]?.[depth] ?? ''));
    const listKey = isOnList ? list?.[depth] : undefined;
    if (listKey !== undefined) keys.add(listKey);
    return {
      slot: slots.find((slot) => paths[slot]?.length === depth) ?? -1,
      slots,
      isList: isOnList && list?.length === depth,
      children: [...keys].map((key) => ({
        key,
        place: make(
          depth + 1,
          below.filter((slot) => paths[slot]?.[depth] === key),
          isOnList && key === listKey,
        ),
      })),
    };
  };
  return make(
    0,
    paths.map((_, slot) => slot),
    list !== undefined,
  );
}

/** Writes a place, and what is below it, as the kernel's `Node`. */
function writePlace(place: Place, memory: WebAssembly.Memory, room: Room, places: Map<number, Place>): number {
  const children = place.children.map(({ key, place: below }) => {
    const bytes = encoder.encode(key);
    const at = room.take(bytes.length);
    room.make(memory);
    new Uint8Array(memory.buffer, at).set(bytes);
    return [at, bytes.length, writePlace(below, memory, room, places)];
  });
  const words = [
    place.slot,
    place.isList ? 1 : 0,
    children.length,
    place.slots.length,
    ...children.flat(),
    ...place.slots,
  ];
  const at = room.take(words.length * 4);
  room.make(memory);
  new Int32Array(memory.buffer, at, words.length).set(words);
  places.set(at, place);
  return at;
}

function addressOf(place: Place, places: ReadonlyMap<number, Place>): number {
  return places.entries().find(([, each]) => each === place)?.[0] ?? 0;
}
