/** The JSON objects of a program's output, a line each. Other lines, such as banners, are skipped. */
export function readLines(output: string): readonly unknown[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown);
}
