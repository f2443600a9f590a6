// The codec against itself, against damaged files, and against a reader written in Python.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from './decode.ts';
import type { SafetensorsArray, SafetensorsDtype, SafetensorsTensor } from './dtypes.ts';
import { encodeSafetensors } from './encode.ts';

/** A file from a header of any content: how damaged files are made. */
function file(header: unknown, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + body.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(body, 8 + text.length);
  return out;
}

const one = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });

const makers: Record<string, (length: number) => fc.Arbitrary<SafetensorsArray>> = {
  F64: (n) => fc.float64Array({ minLength: n, maxLength: n }),
  F32: (n) => fc.float32Array({ minLength: n, maxLength: n }),
  I64: (n) => fc.bigInt64Array({ minLength: n, maxLength: n }),
  U64: (n) => fc.bigUint64Array({ minLength: n, maxLength: n }),
  I32: (n) => fc.int32Array({ minLength: n, maxLength: n }),
  U32: (n) => fc.uint32Array({ minLength: n, maxLength: n }),
  I16: (n) => fc.int16Array({ minLength: n, maxLength: n }),
  U16: (n) => fc.uint16Array({ minLength: n, maxLength: n }),
  I8: (n) => fc.int8Array({ minLength: n, maxLength: n }),
  U8: (n) => fc.uint8Array({ minLength: n, maxLength: n }),
  BOOL: (n) => fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
};

const anyTensor: fc.Arbitrary<SafetensorsTensor> = fc
  .record({
    dtype: fc.constantFrom(...Object.keys(makers)) as fc.Arbitrary<SafetensorsDtype>,
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
  })
  .chain(({ dtype, shape }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return makers[dtype]!(count).map((data) => ({ dtype, shape, data }));
  });
const anyName = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((name) => name !== '__metadata__' && name !== '__proto__');
const anyMetadata = fc.dictionary(
  fc.string({ maxLength: 6 }).filter((key) => key !== '__proto__'),
  fc.string(),
);

describe('safetensors', () => {
  it('gives back what it was given, whatever the types, shapes, names and metadata', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyName, anyTensor), { maxLength: 6 }), anyMetadata, (list, metadata) => {
        const tensors = new Map(list);
        const back = decodeSafetensors(encodeSafetensors(tensors, metadata));
        expect(new Map([...back.tensors].sort())).toEqual(new Map([...tensors].sort()));
        expect({ ...back.metadata }).toEqual({ ...metadata });
      }),
      { numRuns: 200 },
    );
  });

  it('writes the same bytes for the same content in another order, header aligned to 8', () => {
    const a: SafetensorsTensor = { dtype: 'F32', shape: [3], data: Float32Array.of(1, 2, 3) };
    const b: SafetensorsTensor = { dtype: 'F64', shape: [], data: Float64Array.of(4) };
    const first = encodeSafetensors(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      { x: '1', y: '2' },
    );
    const second = encodeSafetensors(
      new Map([
        ['b', b],
        ['a', a],
      ]),
      { y: '2', x: '1' },
    );
    expect(second).toEqual(first);
    const headerBytes = Number(new DataView(first.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    expect([...decodeSafetensors(first).tensors.keys()]).toEqual(['b', 'a']);
  });

  it('reads from a view that starts at an odd byte', () => {
    const bytes = encodeSafetensors(new Map([['a', { dtype: 'F64', shape: [2], data: Float64Array.of(1.5, -2) }]]));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decodeSafetensors(shifted.subarray(1)).tensors.get('a')!.data).toEqual(Float64Array.of(1.5, -2));
    // A Node Buffer has a slice() of its own, which does not copy.
    const { data } = decodeSafetensors(Buffer.from(shifted.buffer, 1)).tensors.get('a')!;
    shifted.fill(0);
    expect(data).toEqual(Float64Array.of(1.5, -2));
  });

  it('widens F16 and BF16 exactly', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000, 0x3555);
    const half = decodeSafetensors(file({ a: one('F16', [7], [0, 14]) }, new Uint8Array(halves.buffer)));
    expect(half.tensors.get('a')!.dtype).toBe('F16');
    expect([...(half.tensors.get('a')!.data as Float32Array)]).toEqual([
      1,
      -2,
      2 ** -24,
      65504,
      Infinity,
      -0,
      0.333251953125,
    ]);
    const brain = Uint16Array.of(0x3f80, 0xc040, 0x7f80);
    const wide = decodeSafetensors(file({ a: one('BF16', [3], [0, 6]) }, new Uint8Array(brain.buffer)));
    expect([...(wide.tensors.get('a')!.data as Float32Array)]).toEqual([1, -3, Infinity]);
  });

  it('refuses a file cut anywhere', () => {
    const bytes = encodeSafetensors(
      new Map<string, SafetensorsTensor>([
        ['a', { dtype: 'F32', shape: [3], data: Float32Array.of(1, 2, 3) }],
        ['b', { dtype: 'I32', shape: [2], data: Int32Array.of(4, 5) }],
      ]),
    );
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length)), `cut to ${length}`).toThrow(/truncated/);
    }
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['text', new TextEncoder().encode('this is not a safetensors file'), /is this a safetensors file/],
    ['a header that is not JSON', file('{"a": '), /header is not JSON/],
    ['a header that is not UTF-8', file('{}').map((byte, i) => (i === 8 ? 0xff : byte)), /header is not JSON/],
    ['a header that is a list', file([]), /not a JSON object/],
    [
      'a duplicate',
      file(
        `{"a":${JSON.stringify(one('U8', [1], [0, 1]))},"\\u0061":${JSON.stringify(one('U8', [1], [1, 2]))}}`,
        new Uint8Array(2),
      ),
      /'a' twice/,
    ],
    [
      'two dtypes for one tensor',
      file('{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', new Uint8Array(1)),
      /'dtype' twice/,
    ],
    ['a header behind blanks', file('  {}'), /begins with a blank; want {/],
    ['a header behind a byte order mark', file('\ufeff{}'), /header is not JSON/],
    [
      'an unknown dtype',
      file({ a: one('F8_E4M3', [1], [0, 1]) }, new Uint8Array(1)),
      /unknown dtype "F8_E4M3"; known: F64/,
    ],
    ['a negative size', file({ a: one('U8', [-1], [0, 1]) }, new Uint8Array(1)), /shape \[-1\], want a list of counts/],
    [
      'a size mismatch',
      file({ a: one('F32', [2], [0, 4]) }, new Uint8Array(4)),
      /takes 8 bytes, but its data_offsets span 4/,
    ],
    ['offsets backwards', file({ a: one('U8', [1], [1, 0]) }, new Uint8Array(1)), /end before they begin/],
    ['offsets missing', file({ a: { dtype: 'U8', shape: [1] } }, new Uint8Array(1)), /want \[begin, end\]/],
    [
      'offsets out of range',
      file({ a: one('U8', [4], [0, 4]) }, new Uint8Array(3)),
      /ends at byte 4 of the data, and there are 3/,
    ],
    [
      'an overlap',
      file({ a: one('U8', [2], [0, 2]), b: one('U8', [2], [1, 3]) }, new Uint8Array(3)),
      /'a' and 'b' overlap/,
    ],
    [
      'a hole',
      file({ a: one('U8', [1], [0, 1]), b: one('U8', [1], [2, 3]) }, new Uint8Array(3)),
      /belong to no tensor/,
    ],
    ['a tail', file({ a: one('U8', [1], [0, 1]) }, new Uint8Array(3)), /2 bytes after the last tensor/],
    ['metadata that is not strings', file({ __metadata__: { a: 1 } }), /__metadata__.a is a number, want a string/],
    [
      'a boolean that is neither',
      file({ a: one('BOOL', [2], [0, 2]) }, Uint8Array.of(1, 2)),
      /element 1 is 2, want 0 or 1/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  it.each<[string, string, unknown, RegExp]>([
    ['the reserved name', '__metadata__', { dtype: 'U8', shape: [0], data: new Uint8Array(0) }, /may not be called/],
    ['an unknown dtype', 'a', { dtype: 'F8', shape: [0], data: new Uint8Array(0) }, /unknown dtype "F8"/],
    [
      'a half of other numbers',
      'a',
      { dtype: 'F16', shape: [0], data: new Float64Array(0) },
      /wants its data as Float32Array/,
    ],
    [
      'another array class',
      'a',
      { dtype: 'F32', shape: [1], data: new Float64Array(1) },
      /wants its data as Float32Array, got Float64Array/,
    ],
    [
      'a wrong length',
      'a',
      { dtype: 'F32', shape: [2, 2], data: new Float32Array(3) },
      /shape \[2,2\] wants 4 values, got 3/,
    ],
  ])('does not write %s', (_, name, tensor, message) => {
    expect(() => encodeSafetensors(new Map([[name, tensor as SafetensorsTensor]]))).toThrow(message);
  });
});

const python = '/usr/bin/python3';
const hasPython = spawnSync(python, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0;
if (!hasPython) {
  const message = `safetensors in Python: ${python} with numpy is not installed`;
  if (process.env.CI) throw new Error(`${message}; .ci/run installs it`);
  console.warn(`SKIPPED: ${message}`);
}

describe.skipIf(!hasPython)('safetensors in Python', () => {
  it('a numpy reader of the documented format finds the same numbers', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchid-safetensors-'));
    try {
      const path = join(folder, 'a.safetensors');
      const tensors = new Map<string, SafetensorsTensor>([
        ['blocks.0.weight', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0.1, 1e-30, 7) }],
        ['double', { dtype: 'F64', shape: [2], data: Float64Array.of(Math.PI, -1e300) }],
        ['ids', { dtype: 'I32', shape: [1, 3], data: Int32Array.of(-1, 0, 2147483647) }],
        ['long', { dtype: 'I64', shape: [], data: BigInt64Array.of(-9007199254740993n) }],
        ['flags', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
      ]);
      writeFileSync(path, encodeSafetensors(tensors, { größe: '☃ "quoted"' }));
      const script = `
import json, struct, sys, numpy
raw = open(sys.argv[1], 'rb').read()
n = struct.unpack('<Q', raw[:8])[0]
header = json.loads(raw[8:8 + n])
kinds = dict(F32='<f4', F64='<f8', I32='<i4', I64='<i8', BOOL='?')
out = dict(aligned=n % 8 == 0, metadata=header.pop('__metadata__'), tensors={})
for name, e in header.items():
    a, b = e['data_offsets']
    values = numpy.frombuffer(raw[8 + n + a:8 + n + b], dtype=kinds[e['dtype']]).reshape(e['shape'])
    out['tensors'][name] = dict(shape=list(values.shape), text=[repr(v.item()) for v in values.ravel()])
print(json.dumps(out))`;
      const run = spawnSync(python, ['-c', script, path], { encoding: 'utf8' });
      expect(run.stderr).toBe('');
      const seen = JSON.parse(run.stdout);
      expect(seen.aligned).toBe(true);
      expect(seen.metadata).toEqual({ größe: '☃ "quoted"' });
      for (const [name, tensor] of tensors) {
        expect(seen.tensors[name].shape).toEqual(tensor.shape);
        const values = (seen.tensors[name].text as string[]).map((text) =>
          tensor.dtype === 'I64' ? BigInt(text) : tensor.dtype === 'BOOL' ? Number(text === 'True') : Number(text),
        );
        expect(values).toEqual([...tensor.data]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('half precision', () => {
  const back = (dtype: 'F16' | 'BF16', values: number[]) => {
    const tensor: SafetensorsTensor = { dtype, shape: [values.length], data: Float32Array.from(values) };
    return [...(decodeSafetensors(encodeSafetensors(new Map([['a', tensor]]))).tensors.get('a')!.data as Float32Array)];
  };

  it('every half number is stored as it is', () => {
    for (const dtype of ['F16', 'BF16'] as const) {
      const words = Uint16Array.from({ length: 65_536 }, (_, i) => i);
      const values = [
        ...(decodeSafetensors(
          file({ a: one(dtype, [65_536], [0, 131_072]) }, new Uint8Array(words.buffer)),
        ).tensors.get('a')!.data as Float32Array),
      ];
      expect(back(dtype, values)).toEqual(values);
    }
  });

  it('others become the nearest, ties the even one', () => {
    const [step, tiny] = [2 ** -10, 2 ** -24];
    expect(back('F16', [1 + step / 2, 1 + 1.5 * step, 1 + 0.51 * step, 65_519, 65_520, -1e9])).toEqual([
      1,
      1 + 2 * step,
      1 + step,
      65_504,
      Infinity,
      -Infinity,
    ]);
    expect(back('F16', [tiny / 2, 0.51 * tiny, -1.5 * tiny, 1023.6 * tiny, 0.1 * tiny])).toEqual([
      0,
      tiny,
      -2 * tiny,
      1024 * tiny,
      0,
    ]);
    expect(back('BF16', [1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -7, 3.4e38, Number.NaN])).toEqual([
      1,
      1 + 2 ** -6,
      1 + 2 ** -7,
      Infinity,
      Number.NaN,
    ]);
  });
});
