// A grey drawing in a grid of cells, and the same made like the digits of MNIST: 20 of 28 cells high or wide, the centre of its
// mass in the middle. A model that was trained on those knows no others.

/** A square of values 0 to 255, row by row. */
export interface Drawing {
  readonly side: number;
  readonly cells: Uint8ClampedArray;
}

export function blank(side: number): Drawing {
  return { side, cells: new Uint8ClampedArray(side * side) };
}

/** Draws a line of round ends from one place to another; both in cells, `radius` too. */
export function stroke(
  { side, cells }: Drawing,
  from: readonly [number, number],
  to: readonly [number, number],
  radius: number,
): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = dx * dx + dy * dy;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [px, py] = [x + 0.5 - from[0], y + 0.5 - from[1]];
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      const distance = Math.hypot(px - along * dx, py - along * dy);
      // A cell at the edge is covered in part.
      const value = 255 * Math.min(1, Math.max(0, radius + 0.5 - distance));
      const at = y * side + x;
      if (value > cells[at]!) cells[at] = value;
    }
  }
}

/** The drawing as MNIST's digits are, in `side` by `side` cells; nothing of an empty one. */
export function asDigit({ side: from, cells }: Drawing, side: number): Uint8ClampedArray {
  const box = boundsOf(cells, from);
  const out = new Uint8ClampedArray(side * side);
  if (!box) return out;
  const scale = (side * 20) / 28 / Math.max(box.right - box.left, box.bottom - box.top);
  const middle = centreOfMass(cells, from);
  // Each cell of the result is the mean of the drawing under it, taken at some places.
  const samples = 4;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0;
      for (let i = 0; i < samples * samples; i++) {
        const sx = (x + ((i % samples) + 0.5) / samples - side / 2) / scale + middle[0];
        const sy = (y + (Math.floor(i / samples) + 0.5) / samples - side / 2) / scale + middle[1];
        const [column, row] = [Math.floor(sx), Math.floor(sy)];
        if (column >= 0 && column < from && row >= 0 && row < from) sum += cells[row * from + column]!;
      }
      out[y * side + x] = sum / samples ** 2;
    }
  }
  return out;
}

function boundsOf(cells: Uint8ClampedArray, side: number) {
  let [left, right, top, bottom] = [side, 0, side, 0];
  for (const [i, value] of cells.entries()) {
    if (value < 32) continue;
    const [x, y] = [i % side, Math.floor(i / side)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  return right > left ? { left, right, top, bottom } : null;
}

function centreOfMass(cells: Uint8ClampedArray, side: number): [number, number] {
  let [mass, mx, my] = [0, 0, 0];
  for (const [i, value] of cells.entries()) {
    mass += value;
    mx += value * ((i % side) + 0.5);
    my += value * (Math.floor(i / side) + 0.5);
  }
  return [mx / mass, my / mass];
}
