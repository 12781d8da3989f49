/** Copies values to the beginning of a larger array, and gives that. */
export function copyInto<Values extends { set(values: Values): void }>(larger: Values, values: Values): Values {
  larger.set(values);
  return larger;
}
