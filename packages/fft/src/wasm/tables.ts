// The bytes of a transform plan: everything the wasm kernels need to know about one length, computed in float64.
// assembly/transform.ts describes the header.

import { nextFastLength, positionsOf, radicesOf } from '../factors.ts';
import { fft } from '../plain/fft.ts';

const HEADER_BYTES = 40;
const POINT_BYTES = 32;

/** A plan before it has an address: `words` whose indices in `relocations` hold addresses relative to the block. */
export interface PlanTables {
  readonly bytes: ArrayBuffer;
  /** indices of the 32-bit words that hold addresses, relative to the start of the block */
  readonly relocations: readonly number[];
  /** size of the work buffer: 32 bytes for each point */
  readonly workBytes: number;
}

/** Computes the plan of length n (n >= 1). */
export function planTables(n: number): PlanTables {
  const direct = radicesOf(n);
  const points = direct ? n : nextFastLength(2 * n - 1);
  const radices = direct ?? radicesOf(points) ?? [];
  const inner = positionsOf(points, radices);

  const twiddles: Float32Array[] = [];
  let block = points;
  for (const radix of radices) {
    twiddles.push(levelTwiddles(radix, block));
    block /= radix;
  }
  const positions = new Int32Array(n + 1);
  if (direct) positions.set(inner);
  else for (let k = 0; k < n; k++) positions[k] = k;
  for (let k = 0; k <= n; k++) positions[k] = positions[k]! * POINT_BYTES;
  const chirp = direct ? new Float32Array(0) : chirpOf(n);
  const spectrum = direct ? new Float32Array(0) : chirpSpectrum(n, points, inner);
  const rotation = new Float32Array(2 * n);
  for (let k = 0; k < n; k++) {
    rotation[2 * k] = Math.cos((Math.PI * k) / (2 * n));
    rotation[2 * k + 1] = -Math.sin((Math.PI * k) / (2 * n));
  }

  const levelBytes = radices.length * 16;
  const parts = [...twiddles, positions, chirp, spectrum, rotation];
  const addresses: number[] = [];
  let size = HEADER_BYTES + levelBytes;
  for (const part of parts) {
    addresses.push(size);
    size += Math.ceil(part.byteLength / 8) * 8;
  }
  const bytes = new ArrayBuffer(size);
  const words = new Int32Array(bytes);
  parts.forEach((part, i) => {
    new Uint8Array(bytes).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), addresses[i]);
  });
  const at = (i: number): number => addresses[radices.length + i]!;
  words.set([n, points, direct ? 0 : 1, radices.length, HEADER_BYTES, at(0), at(1), at(2), at(3)]);
  const relocations = [4, 5, 6, 7, 8];
  block = points;
  radices.forEach((radix, level) => {
    block /= radix;
    words.set([radix, block, addresses[level]!], HEADER_BYTES / 4 + 4 * level);
    relocations.push(HEADER_BYTES / 4 + 4 * level + 2);
  });
  return { bytes, relocations, workBytes: points * POINT_BYTES };
}

/** Twiddles w^(jq), w = e^(-2πi/block), as [j][q = 1..radix-1][re, im]. Leaves carry theirs in their code. */
function levelTwiddles(radix: number, block: number): Float32Array {
  const m = block / radix;
  if (radix > 5 || (radix === 4 && m === 1)) return new Float32Array(0);
  const table = new Float32Array(2 * m * (radix - 1));
  let i = 0;
  for (let j = 0; j < m; j++) {
    for (let q = 1; q < radix; q++) {
      const angle = (-2 * Math.PI * ((j * q) % block)) / block;
      table[i++] = Math.cos(angle);
      table[i++] = Math.sin(angle);
    }
  }
  return table;
}

/** e^(-iπ j²/n); j² is taken modulo 2n first, so that the angle stays exact. */
function chirpOf(n: number): Float32Array {
  const table = new Float32Array(2 * n);
  for (let j = 0; j < n; j++) {
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    table[2 * j] = Math.cos(angle);
    table[2 * j + 1] = -Math.sin(angle);
  }
  return table;
}

/** The transform of the conjugate chirp, wrapped to `points` and divided by it, in the order the work buffer has. */
function chirpSpectrum(n: number, points: number, positions: Int32Array): Float32Array {
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let j = 0; j < n; j++) {
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    for (const index of j === 0 ? [0] : [j, points - j]) {
      re[index] = Math.cos(angle) / points;
      im[index] = Math.sin(angle) / points;
    }
  }
  const spectrum = fft(re, im);
  const table = new Float32Array(2 * points);
  for (let k = 0; k < points; k++) {
    table[2 * positions[k]!] = spectrum.re[k]!;
    table[2 * positions[k]! + 1] = spectrum.im[k]!;
  }
  return table;
}
