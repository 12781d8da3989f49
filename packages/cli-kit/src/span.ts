/** A span of time in the largest unit that leaves a number of at least two, as `119 s`, `3 h`, `40 d`. Negative spans count as none. */
export function span(seconds: number): string {
  if (seconds < 0) return '0 s';
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
