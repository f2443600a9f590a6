// The element types that programs are written for: one value at a time, or four neighbours where rows are whole multiples.

/** Four neighbours at once where every one of the sizes allows it. */
export type Lane = 'f32' | 'vec4f';

/** The widest element that divides each of `sizes`. */
export function laneOf(...sizes: readonly number[]): Lane {
  return sizes.every((size) => size % 4 === 0) ? 'vec4f' : 'f32';
}

/** Values of an element. */
export function widthOf(lane: Lane): number {
  return lane === 'vec4f' ? 4 : 1;
}

/** The sum of an element's values, as WGSL. */
export function total(lane: Lane, element: string): string {
  return lane === 'vec4f' ? `dot(${element}, vec4f(1))` : element;
}

/** `count` lines of text, one for each index. */
export function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}
