// The list of sizes: what is published, what is counted, and what one is made of.
import { describe, expect, it } from 'vitest';
import { orchid, testFolder } from './run-orchid.ts';

const folder = testFolder();

describe('orchid models', () => {
  it('lists the sizes with their parameters beside the published ones', async () => {
    const { code, output } = await orchid(folder, 'models');
    expect(code).toBe(0);
    expect(output).toMatch(/^orchid-bert-base +orchid-bert +77,299,776 +77\.0 M +\+0\.39 % +Karami & Ghodsi 2024$/m);
    expect(output).toMatch(/^orchid-bert-large +orchid-bert +254,009,664 +254\.0 M +\+0\.00 %/m);
    expect(output).toMatch(/^bert-base +bert +109,514,298 +110\.0 M +-0\.44 %/m);
    expect(output).toMatch(/^bert-large +bert +335,174,458/m);
  });

  it('lists them as JSON', async () => {
    const { output } = await orchid(folder, 'models', '--json');
    const sizes = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { parameters, published } of sizes) {
      expect(Math.abs(parameters / published.parameters - 1)).toBeLessThan(published.tolerance);
    }
  });

  it('says what one is made of', async () => {
    const { output } = await orchid(folder, 'models', 'orchid-bert-base', '--depth', '1');
    expect(output).toMatch(/^orchid-bert-base: 77,299,776 parameters/);
    expect(output).toMatch(/^bert\.encoder\.layer\.\*\.mixer +31,776,768 +41\.11 %$/m);
    expect(output).toContain('"mlp_blocks": 4');
  });

  it('knows no other', async () => {
    const { code, errors } = await orchid(folder, 'models', 'orchid-bert-bas');
    expect(errors).toContain('there is no size `orchid-bert-bas`; did you mean `orchid-bert-base`?');
    expect(code).toBe(2);
  });
});
