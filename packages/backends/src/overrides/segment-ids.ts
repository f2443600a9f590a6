// What both engines' segment sums must refuse: tfjs does not look, and a kernel would read beyond the shorter of the two.

/** @throws Error unless there is one id a row */
export function checkSegmentIds(x: readonly number[], segmentIds: readonly number[]): void {
  if (x[0] === segmentIds[0]) return;
  throw new Error(`unsortedSegmentSum: segmentIds has shape [${segmentIds}]; want one id a row of x, which is [${x}]`);
}
