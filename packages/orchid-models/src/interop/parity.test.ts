// The block against numbers computed elsewhere in float64: small committed files, and the authors' own where they are at hand.
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { type DecodedSafetensors, decodeSafetensors, type SafetensorsTensor } from '../safetensors/index.ts';
import { loadAuthorsBlock, toAuthorsStateDict } from './authors.ts';
import { goldenKind, parity } from './parity.ts';
import { compare } from './parity-rows.ts';

const fixtures = new URL('../../test/fixtures/', import.meta.url);
const fixtureNames = readdirSync(fixtures).filter((name) => name.endsWith('.safetensors'));
const golden = new URL('../../../../../shared/golden/', import.meta.url);
const hasGolden = existsSync(golden);
if (!hasGolden) {
  console.warn(`[shared] SKIPPED: the golden files are not at ${fileURLToPath(golden)}`);
}
const goldenNames = hasGolden ? readdirSync(golden).filter((name) => name.endsWith('.safetensors')) : [];

const load = async (folder: URL, name: string) => decodeSafetensors(await readFile(new URL(name, folder)));

async function expectParity(file: DecodedSafetensors): Promise<void> {
  const rows = await withoutLeak(() => parity(file));
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter(({ ok }) => !ok)).toEqual([]);
}

describe.each(BACKENDS)('parity on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(fixtureNames)('%s', async (name) => expectParity(await load(fixtures, name)));

  it('computes a row for every gradient of the file', async () => {
    const file = await load(fixtures, 'block_type1_two_layers_circular.safetensors');
    const rows = await parity(file);
    const gradients = [...file.tensors.keys()].filter((name) => name.startsWith('grad.')).map((name) => name.slice(5));
    expect(rows.filter(({ group }) => group === 'gradient').map(({ name }) => name)).toEqual(gradients);
    expect(rows.map(({ group }) => group)).toEqual(expect.arrayContaining(['output', 'inner']));
  });

  it('does not pass over gradients whose cotangent is missing', async () => {
    const file = await load(fixtures, 'block_type1_time_only.safetensors');
    file.tensors.delete('input.cotangent');
    await withoutLeak(() => expect(parity(file)).rejects.toThrow("the file lacks the tensor 'input.cotangent'"));
    for (const name of [...file.tensors.keys()]) if (name.startsWith('grad.')) file.tensors.delete(name);
    expect((await parity(file)).map(({ group }) => group)).toEqual(['output', 'inner']);
  });

  it('notices a changed weight, output and gradient', async () => {
    for (const [name, failing] of [
      ['output.y', ['y']],
      ['grad.out_linear.bias', ['out_linear.bias']],
      ['inner.static_kernel', ['static_kernel']],
    ] as const) {
      const file = await load(fixtures, 'block_type1_time_only.safetensors');
      (file.tensors.get(name)!.data as Float64Array)[0]! += 0.01;
      const rows = await parity(file);
      expect(rows.filter(({ ok }) => !ok).map((row) => row.name)).toEqual(failing);
    }
    for (const name of ['param.fixed_conv.bias', 'param.conv1d_short.weight', 'param.fixed_conv.pos_emb.z']) {
      const file = await load(fixtures, 'block_type1_time_only.safetensors');
      const weights = file.tensors.get(name)!.data as Float64Array;
      weights.set(weights.map((weight) => 1.001 * weight));
      expect(
        (await parity(file)).every(({ ok }) => ok),
        name,
      ).toBe(false);
    }
  });
});

describe.skipIf(!hasGolden).each(BACKENDS)('[shared] golden files on %s', (backend) => {
  beforeAll(() => use(backend));
  it.each(goldenNames)('%s', async (name) => expectParity(await load(golden, name)));
});

describe("the authors' names", () => {
  beforeAll(() => use('cpu'));

  it.each(fixtureNames)('%s goes through ours and back', async (name) => {
    const file = await load(fixtures, name);
    await withoutLeak(async () => {
      const mixer = loadAuthorsBlock(file);
      const back = await toAuthorsStateDict(mixer);
      const theirs = [...file.tensors].filter(([key]) => key.startsWith('param.'));
      expect([...back.tensors.keys()].sort()).toEqual(theirs.map(([key]) => key.slice(6)).sort());
      for (const [key, { shape, data }] of theirs) {
        const tensor = back.tensors.get(key.slice(6))!;
        expect(tensor.shape, key).toEqual(shape);
        (data as Float64Array).forEach((value, i) => {
          expect(Math.abs((tensor.data[i] as number) - value), key).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
        });
      }
      for (const [key, value] of Object.entries(back.metadata)) expect(value, key).toBe(file.metadata[key]);
      loadAuthorsBlock(back).dispose();
      mixer.dispose();
    });
  });

  const edit = async (change: (file: DecodedSafetensors) => unknown) => {
    const file = await load(fixtures, 'block_type2_sigmoid_magnitude.safetensors');
    change(file);
    return withoutLeak(async () => {
      try {
        loadAuthorsBlock(file).dispose();
        return 'loaded';
      } catch (error) {
        return (error as Error).message;
      }
    });
  };
  const tensor = (shape: number[]): SafetensorsTensor => ({
    dtype: 'F64',
    shape,
    data: new Float64Array(shape.reduce((a, b) => a * b, 1)),
  });

  it('says what is wrong with a file', async () => {
    expect(await edit(() => {})).toBe('loaded');
    expect(await edit(({ tensors }) => tensors.delete('param.out_linear.bias'))).toMatch(/missing: out_linear.bias/);
    expect(await edit(({ tensors }) => tensors.set('param.attention.weight', tensor([3])))).toMatch(
      /not of this block: attention.weight/,
    );
    expect(await edit(({ tensors }) => tensors.set('param.out_linear.bias', tensor([4])))).toMatch(
      /'out_linear.bias' has the shape \[4\], want \[3\]/,
    );
    expect(await edit(({ tensors }) => tensors.set('param.fixed_conv.modulation.deltas', tensor([1, 1, 3])))).toMatch(
      /'fixed_conv.modulation.deltas' does not hold what this block computes/,
    );
    expect(await edit(({ tensors }) => tensors.set('param.fixed_conv.implicit_filter.3.freq', tensor([1, 4])))).toMatch(
      /an untied frequency is not supported/,
    );
    expect(await edit(({ metadata }) => Object.assign(metadata, { transform: 'wavelet' }))).toMatch(
      /transform is 'wavelet'; known: fft, fft-o, dct-o/,
    );
    expect(await edit(({ metadata }) => Object.assign(metadata, { actq: 'relu_abs' }))).toMatch(
      /actq is 'relu'; known: id/,
    );
    expect(await edit(({ metadata }) => Object.assign(metadata, { transform: 'dct-o' }))).toMatch(
      /'sigmoid_abs' with transform 'dct-o' is not supported/,
    );
    expect(await edit(({ metadata }) => delete metadata.d_model)).toMatch(/d_model is missing/);
    expect(await edit(({ metadata }) => Object.assign(metadata, { n_layer: 'two' }))).toMatch(
      /n_layer is 'two'; want a number/,
    );
    expect(await edit(({ metadata }) => Object.assign(metadata, { n_layer: '1' }))).toMatch(
      /not of this block: conv_kernel_nn/,
    );
  });

  it('knows the kinds of files', async () => {
    const file = (name: string): DecodedSafetensors => ({ tensors: new Map([[name, tensor([1, 1])]]), metadata: {} });
    expect(goldenKind(file('dct2_ortho.1'))).toBe('transforms');
    expect(() => goldenKind(file('lm_head.weight'))).toThrow(/neither a block .* it has lm_head.weight/);
    await expect(parity(file('rfft.4'))).rejects.toThrow("the file lacks the tensor 'x.4'");
    await expect(
      parity({ ...file('rfft.4'), tensors: new Map([...file('rfft.4').tensors, ['w.4', tensor([1])]]) }),
    ).rejects.toThrow("'w.4' is no tensor of a transforms file");
  });

  it('lets no NaN pass, and measures a zero reference only on a given scale', () => {
    const row = { group: 'a', name: 'b', bound: 1e-4 };
    expect(compare(row, [1, Number.NaN, 1], Float64Array.of(1, 1, 1)).ok).toBe(false);
    expect(compare(row, [Number.NaN, 1, 5], Float64Array.of(1, 1, 1)).ok).toBe(false);
    expect(compare(row, [0, 1e-9], Float64Array.of(0, 0)).ok).toBe(false);
    expect(compare(row, [0, 1e-9], Float64Array.of(0, 0), 1).ok).toBe(true);
    expect(compare(row, [0, 0], Float64Array.of(0, 0)).ok).toBe(true);
    expect(() => compare(row, [0], Float64Array.of(0, 0))).toThrow('2 reference values, and 1 were computed');
  });
});
