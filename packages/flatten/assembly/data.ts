// The values of a column, one after the other.
import { refuse } from './host';
import { enlarge, release } from './memory';
import { Column } from './records';
import { copyBytes } from './text';

/** Sixteen bytes are copied at a time, four are a length. */
const SLACK = 40;

/** Room for `size` more bytes of data. */
// @ts-ignore: decorator
@inline
export function reserve(column: Column, size: u32): usize {
  if (column.limit - column.to < size) growData(column, size);
  return column.to;
}

function growData(column: Column, size: u32): void {
  const used = column.to - column.data;
  const old = column.limit + SLACK - column.data;
  const needed = <u64>used + size + SLACK;
  let room = <u64>old * 2;
  while (room < needed) room *= 2;
  if (room > 0x40000000) room = needed;
  if (room > 0x40000000) refuse();
  setData(column, enlarge(column.data, used, old, <usize>room), used, <usize>room);
}

/** Where the values of a column go. */
export function setData(column: Column, data: usize, used: usize, room: usize): void {
  column.data = data;
  column.to = data + used;
  column.limit = data + room - SLACK;
}

/** A text and its length. */
// @ts-ignore: decorator
@inline
export function copyText(column: Column, p: usize, length: u32): void {
  const at = reserve(column, length + 4);
  store<u32>(at, length);
  copyBytes(at + 4, p, length);
  column.to = at + 4 + length;
}

/** Puts the values of a column elsewhere, and gives back where they were. */
export function moveData(column: Column, data: usize, used: usize, room: usize): void {
  release(column.data, column.limit + SLACK - column.data);
  setData(column, data, used, room);
}
