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

/** The type of a buffer's elements that are read as `lane`: its own, or half as wide. */
export function storedAs(lane: Lane, isHalf: boolean): string {
  if (!isHalf) return lane;
  return lane === 'vec4f' ? 'vec4h' : 'f16';
}

/** Such an element, as `lane`. */
export function widened(lane: Lane, isHalf: boolean, element: string): string {
  return isHalf ? `${lane}(${element})` : element;
}

/** What a program needs that has such buffers. */
export function enabling(isHalf: boolean): { enable?: readonly string[] } {
  return isHalf ? { enable: ['f16'] } : {};
}

/** The sum of an element's values, as WGSL. */
export function total(lane: Lane, element: string): string {
  return lane === 'vec4f' ? `dot(${element}, vec4f(1))` : element;
}

/** `count` lines of text, one for each index. */
export function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}
