// The reference vectors (scipy.fft, float64), when they lie beside the project: every length, cpu and wasm.
import { existsSync, readFileSync } from 'node:fs';
import { tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { dct, fft, idct, irfft, rfft } from '../src/index.ts';
import { causalConvolution, circularConvolution } from '../src/plain/index.ts';
import { alongAxis, deviation, ENGINES, start, take } from './support.ts';

const FILE = new URL('../../../../shared/golden/transforms.safetensors', import.meta.url);
const present = existsSync(FILE);
if (!present) {
  console.warn(`[shared] SKIPPED: ${FILE.pathname} is not there; the reference vectors are not checked`);
}

interface Golden {
  readonly shape: number[];
  readonly data: Float64Array;
}

/** The float64 tensors of a safetensors file: an 8-byte length, a JSON header, the bytes. */
function readGolden(): Map<string, Golden> {
  const bytes = readFileSync(FILE);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes));
  const tensors = new Map<string, Golden>();
  for (const [name, entry] of Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(
    header,
  )) {
    if (name === '__metadata__') continue;
    if (entry.dtype !== 'F64') throw new Error(`${name}: dtype ${entry.dtype}; want F64`);
    const [from, to] = entry.data_offsets.map((offset) => 8 + headerBytes + offset) as [number, number];
    tensors.set(name, {
      shape: entry.shape,
      data: new Float64Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + to)),
    });
  }
  return tensors;
}

describe.skipIf(!present).each(ENGINES)('[shared] reference vectors on %s', (engine) => {
  beforeAll(() => start(engine));

  it('are met at every length, within 5e-6 of the largest magnitude', async () => {
    const golden = readGolden();
    const lengths = [...golden.keys()].filter((name) => name.startsWith('x.')).map((name) => Number(name.slice(2)));
    expect(lengths.length).toBeGreaterThan(10);
    const interleaved = (re: Float32Array, im: Float32Array): Float64Array => {
      const out = new Float64Array(2 * re.length);
      re.forEach((v, i) => {
        out[2 * i] = v;
        out[2 * i + 1] = im[i]!;
      });
      return out;
    };
    let worst = 0;
    for (const n of lengths) {
      const check = (name: string, got: ArrayLike<number>): void => {
        const off = deviation(got, golden.get(`${name}.${n}`)!.data);
        worst = Math.max(worst, off);
        expect(off, `${name}.${n}`).toBeLessThan(5e-6);
      };
      const real = golden.get(`x.${n}`)!;
      const second = golden.get(`h.${n}`)!;
      const complex = golden.get(`z.${n}`)!.data;
      const x = tensor(Float32Array.from(real.data), real.shape);
      const zr = tensor(Float32Array.from(complex.filter((_, i) => i % 2 === 0)), real.shape);
      const zi = tensor(Float32Array.from(complex.filter((_, i) => i % 2 === 1)), real.shape);
      const bins = rfft(x);
      const all = fft({ re: zr, im: zi });
      const back = irfft(bins, { n });
      const [xs, br, bi, ar, ai, second_, third, y] = await take(
        x,
        bins.re,
        bins.im,
        all.re,
        all.im,
        dct(x),
        idct(x),
        back,
        zr,
        zi,
      );
      check('rfft', interleaved(br!, bi!));
      check('fft', interleaved(ar!, ai!));
      check('dct2_ortho', second_!);
      check('dct3_ortho', third!);
      check('x', y!);
      const inputs = [xs!, Float32Array.from(second.data)];
      check('circular', alongAxis(inputs, real.shape, 1, (a, b) => [circularConvolution(a, b)])[0]!);
      check('causal', alongAxis(inputs, real.shape, 1, (a, b) => [causalConvolution(a, b)])[0]!);
    }
    console.log(`[shared] ${engine}: ${lengths.length} lengths, worst deviation ${worst.toExponential(1)}`);
    // on webgpu more than a hundred programs are compiled
  }, 600_000);
});
