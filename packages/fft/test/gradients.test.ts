// The registered gradients: adjoint test <A x, r> = <x, Aᵀ r> on every backend, second derivatives, and the plain
// functions' central differences in float64 against the gradients of the ops.
import {
  add,
  getBackend,
  grad,
  grads,
  memory,
  mul,
  scalar,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ComplexPair, dct, fft, idct, ifft, irfft, rfft } from '../src/index.ts';
import * as plain from '../src/plain/index.ts';
import { deviation, ENGINES, noiseTensor, start } from './support.ts';

type Op = (inputs: Tensor[], options: { n: number; axis: number; norm: 'backward' | 'ortho' | 'forward' }) => Tensor[];
const pair = ({ re, im }: ComplexPair): Tensor[] => [re, im];
const complex = ([re, im]: Tensor[]): ComplexPair => ({ re: re!, im: im! });
const OPS: Record<string, { inputs: number; op: Op }> = {
  rfft: { inputs: 1, op: ([x], o) => pair(rfft(x!, o)) },
  irfft: { inputs: 2, op: (x, o) => [irfft(complex(x), o)] },
  fft: { inputs: 2, op: (x, o) => pair(fft(complex(x), o)) },
  ifft: { inputs: 2, op: (x, o) => pair(ifft(complex(x), o)) },
  dct: { inputs: 1, op: ([x], o) => [dct(x!, o)] },
  idct: { inputs: 1, op: ([x], o) => [idct(x!, o)] },
};

const LAYOUTS: [number[], number][] = [
  [[12], 0],
  [[9, 12], 1],
  [[2, 12, 9], 1],
  [[2, 11, 3], 1],
  [[13, 8], 0],
];

const total = (parts: Tensor[]): Tensor => parts.reduce((a, b) => add(a, b));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let result = 0;
  for (let i = 0; i < a.length; i++) result += a[i]! * b[i]!;
  return result;
};

describe.each(ENGINES)('gradients on %s', (engine) => {
  beforeAll(() => start(engine));

  it.each(Object.keys(OPS))('%s: the gradient is the adjoint', async (name) => {
    const { inputs, op } = OPS[name]!;
    for (const [shape, axis] of LAYOUTS) {
      const rows = shape[axis]!;
      for (const n of [rows, rows + 3, rows - 5, 1, 2 * (rows - 1), 2 * rows - 1]) {
        for (const norm of ['backward', 'ortho', 'forward'] as const) {
          const before = memory().numTensors;
          const x = Array.from({ length: inputs }, (_, i) => noiseTensor(shape, i + 1));
          const y = op(x, { n, axis, norm });
          const r = y.map((part, i) => noiseTensor(part.shape, i + 10));
          const g = grads((...given: Tensor[]) =>
            sum(total(op(given, { n, axis, norm }).map((part, i) => sum(mul(part, r[i]!))))),
          )(x);
          const [xs, ys, rs, gs] = await Promise.all(
            [x, y, r, g].map((list) => Promise.all(list.map((t) => t.data()))),
          );
          g.forEach((part, i) => {
            expect(part.shape).toEqual(x[i]!.shape);
          });
          const forward = ys!.reduce((a, values, i) => a + dot(values, rs![i]!), 0);
          const back = xs!.reduce((a, values, i) => a + dot(values, gs![i]!), 0);
          const size = ys!.reduce((a, values, i) => a + Math.sqrt(dot(values, values) * dot(rs![i]!, rs![i]!)), 0);
          expect(Math.abs(forward - back) / size).toBeLessThan(2e-6);
          for (const t of [...x, ...y, ...r, ...g]) t.dispose();
          expect(memory().numTensors).toBe(before);
        }
      }
    }
  });

  it('one unused output counts as zero', async () => {
    const x = noiseTensor([3, 10]);
    const g = grad((given: Tensor) => sum(square(rfft(given).im)))(x);
    const values = await x.data();
    const bins = [0, 1, 2].map((row) => plain.rfft([...values.slice(10 * row, 10 * row + 10)]));
    const want = bins.flatMap(({ im }) => [
      ...plain.irfft(
        new Float64Array(6),
        im.map((v, k) => (k % 5 ? v : 0)),
        { n: 10 },
      ),
    ]);
    // d/dx Σ im² = 2 Σ im ∂im/∂x, and irfft's middle bins count twice, over n
    expect(
      deviation(
        await g.data(),
        want.map((v) => v * 10),
      ),
    ).toBeLessThan(5e-6);
    x.dispose();
    g.dispose();
  });

  it('can be differentiated again', async () => {
    const before = memory().numTensors;
    const x = noiseTensor([2, 9]);
    const r = noiseTensor([2, 9], 5);
    // f = Σ |rfft x|⁴ / 4 along one axis: its Hessian times r by the gradient of <f', r>
    const f = (given: Tensor): Tensor => {
      const { re, im } = rfft(given);
      return mul(sum(square(add(square(re), square(im)))), scalar(0.25));
    };
    const product = tidy(() => grad((given: Tensor) => sum(mul(grad(f)(given), r)))(x));
    const at = (values: Float64Array): Float64Array => {
      // the gradient of f in float64: irfft adjoint of |X|² X
      const out = new Float64Array(18);
      for (const row of [0, 1]) {
        const { re, im } = plain.rfft(values.slice(9 * row, 9 * row + 9));
        const power = re.map((v, k) => v * v + im[k]! * im[k]!);
        const weight = (v: number, k: number): number => v * power[k]! * (k === 0 ? 1 : 0.5);
        out.set(plain.irfft(re.map(weight), im.map(weight), { n: 9, norm: 'forward' }), 9 * row);
      }
      return out;
    };
    const values = Float64Array.from(await x.data());
    const direction = await r.data();
    const h = 1e-5;
    const up = at(values.map((v, i) => v + h * direction[i]!));
    const down = at(values.map((v, i) => v - h * direction[i]!));
    expect(
      deviation(
        await product.data(),
        up.map((v, i) => (v - down[i]!) / (2 * h)),
      ),
    ).toBeLessThan(1e-5);
    for (const t of [x, r, product]) t.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('agree with central differences of the plain path', async () => {
    expect(getBackend()).toBe(engine);
    const n = 13;
    const x = noiseTensor([n], 3);
    const values = Float64Array.from(await x.data());
    const cases: [string, (given: Tensor) => Tensor, (given: Float64Array) => number][] = [
      ['rfft', (t) => sum(square(rfft(t).re)), (v) => plain.rfft(v).re.reduce((a, b) => a + b * b, 0)],
      [
        'rfft n',
        (t) => sum(square(rfft(t, { n: 8 }).re)),
        (v) => plain.rfft(v, { n: 8 }).re.reduce((a, b) => a + b * b, 0),
      ],
      [
        'irfft',
        (t) => sum(square(irfft({ re: t, im: mul(t, t) }, { n: 21 }))),
        (v) =>
          plain
            .irfft(
              v,
              v.map((a) => a * a),
              { n: 21 },
            )
            .reduce((a, b) => a + b * b, 0),
      ],
      [
        'ifft',
        (t) => sum(mul(square(ifft({ re: t, im: mul(t, t) }, { norm: 'ortho' }).im), t)),
        (v) =>
          dot(
            plain
              .ifft(
                v,
                v.map((a) => a * a),
                { norm: 'ortho' },
              )
              .im.map((a) => a * a),
            v,
          ),
      ],
      [
        'dct',
        (t) => sum(mul(square(dct(t)), t)),
        (v) =>
          dot(
            plain.dct(v).map((a) => a * a),
            v,
          ),
      ],
      [
        'idct',
        (t) => sum(mul(square(idct(t)), t)),
        (v) =>
          dot(
            plain.idct(v).map((a) => a * a),
            v,
          ),
      ],
    ];
    for (const [name, op, reference] of cases) {
      const g = grad(op)(x);
      const h = 1e-5;
      const want = Array.from(values, (_, i) => {
        const moved = (by: number): number => reference(values.map((v, j) => (j === i ? v + by : v)));
        return (moved(h) - moved(-h)) / (2 * h);
      });
      expect(deviation(await g.data(), want), name).toBeLessThan(1e-5);
      g.dispose();
    }
    x.dispose();
  });
});
