/** What a tool needs cannot be had here: why, in one line. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
