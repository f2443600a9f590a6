// The comparison with reference numbers: what it prints, and when it fails.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rfft } from '@orchid-ml/fft/plain';
import { encodeSafetensors, type SafetensorsTensor } from '@orchid-ml/orchid-models';
import { describe, expect, it } from 'vitest';
import { orchid, testFolder } from './run-orchid.ts';

const folder = testFolder();
const golden = fileURLToPath(new URL('../../../../shared/golden/', import.meta.url));
const hasGolden = existsSync(golden);
if (!hasGolden) {
  console.warn(`[shared] SKIPPED: the golden files are not at ${golden}`);
}

/** A file of reference transforms of one signal a length, with `error` added to one of the numbers. */
function reference(name: string, lengths: readonly number[], error = 0): void {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const n of lengths) {
    const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i + 1));
    const { re, im } = rfft(x);
    const spectrum = Float64Array.from({ length: 2 * re.length }, (_, i) => (i % 2 ? im : re)[i >> 1]!);
    spectrum[0]! += error;
    tensors.set(`x.${n}`, { dtype: 'F64', shape: [1, n], data: x });
    tensors.set(`rfft.${n}`, { dtype: 'F64', shape: [1, re.length, 2], data: spectrum });
  }
  writeFileSync(join(folder, name), encodeSafetensors(tensors));
}

describe('orchid parity', () => {
  it('prints a row for each group, with the worst error and the bound', async () => {
    reference('good.safetensors', [8, 30, 17]);
    for (const backend of ['wasm', 'cpu']) {
      const { code, output, errors } = await orchid(folder, 'parity', 'good.safetensors', '--backend', backend);
      expect(errors).toBe('');
      expect(output).toMatch(/good\.safetensors +rfft +3 +[\d.]+e-\d+ +5e-6 +ok +n=\d+/);
      expect(output).toMatch(/good\.safetensors +irfft +3 .*ok/);
      expect(output).toMatch(/All 6 tensors of 1 files are within their bounds/);
      expect(code).toBe(0);
    }
  });

  it('ends with exit code 1 beyond a bound', async () => {
    reference('bad.safetensors', [8], 1e-3);
    const { code, output } = await orchid(folder, 'parity', 'bad.safetensors');
    expect(output).toMatch(/bad\.safetensors +rfft +1 +[\d.]+e-\d+ +5e-6 +FAILS +n=8/);
    expect(output).toMatch(/2 of 2 groups are beyond their bounds/);
    expect(code).toBe(1);
    const json = await orchid(folder, 'parity', 'bad.safetensors', '--json');
    expect(JSON.parse(json.output.split('\n')[0]!)).toMatchObject({ backend: 'wasm', group: 'rfft', ok: false });
  });

  it('names files that it cannot use, and compares the others all the same', async () => {
    const weight: SafetensorsTensor = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
    writeFileSync(join(folder, 'other.safetensors'), encodeSafetensors(new Map([['weight', weight]])));
    writeFileSync(join(folder, 'text.txt'), 'no safetensors');
    const files = ['other.safetensors', 'text.txt', 'none.safetensors', 'good.safetensors'];
    const { code, output, errors } = await orchid(folder, 'parity', ...files);
    expect(errors).toMatch(/other\.safetensors: .*neither a block .* nor transforms/);
    expect(errors).toMatch(/cannot read \S*text\.txt/);
    expect(errors).toMatch(/cannot read \S*none\.safetensors/);
    expect(output).toMatch(/good\.safetensors +rfft/);
    expect(code).toBe(1);
  });
});

describe.skipIf(!hasGolden)('[shared] orchid parity on the golden files', () => {
  it.each(['wasm', 'cpu'])('%s', async (backend) => {
    const files = readdirSync(golden).filter((name) => name.endsWith('.safetensors'));
    const { code, output } = await orchid(golden, 'parity', ...files, '--backend', backend);
    expect(output).not.toMatch(/FAILS/);
    expect(code).toBe(0);
  });
});
