/** A batch does not fit the file that it was given to. Nothing of the batch was written. */
export class ParquetBatchError extends Error {
  override readonly name: string = 'ParquetBatchError';
  readonly table: string;
  /** The column at fault, where it is one. */
  readonly column: string | undefined;

  constructor(message: string, table: string, column?: string) {
    super(message);
    this.table = table;
    this.column = column;
  }
}
