// A drawing becomes a digit as MNIST has them, wherever and however large it was drawn.
import { expect, it } from 'vitest';
import { asDigit, blank, stroke } from '../src/page/pages/use/pen.ts';

function bounds(cells: Uint8ClampedArray, side: number) {
  const filled = [...cells.keys()].filter((i) => cells[i]! > 100);
  const [xs, ys] = [filled.map((i) => i % side), filled.map((i) => Math.floor(i / side))];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

it.each([
  [10, 10, 40],
  [50, 40, 12],
])('centres and scales a stroke from %i, %i of length %i', (x, y, length) => {
  const drawing = blank(84);
  stroke(drawing, [x, y], [x, y + length], 3);
  const digit = asDigit(drawing, 28);
  const { left, right, top, bottom } = bounds(digit, 28);
  expect(bottom - top + 1).toBeGreaterThanOrEqual(19);
  expect(bottom - top + 1).toBeLessThanOrEqual(21);
  expect(Math.abs((left + right + 1) / 2 - 14)).toBeLessThanOrEqual(1);
  expect(Math.abs((top + bottom + 1) / 2 - 14)).toBeLessThanOrEqual(1);
});

it('makes nothing of nothing', () => {
  expect(asDigit(blank(84), 28).every((value) => value === 0)).toBe(true);
});
