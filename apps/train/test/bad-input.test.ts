// What users get wrong, or their disks: each ends with one clear paragraph, an exit code, and nothing damaged.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '@orchid-ml/orchid-models';
import { beforeAll, describe, expect, it } from 'vitest';
import { orchid, testFolder } from './run-orchid.ts';

const folder = testFolder();
const tiny = ['train', 'recall', '--preset', 'recall-tiny'];

/** Expects one paragraph without a stack. */
async function fails(code: number, message: RegExp, ...argv: string[]): Promise<void> {
  const outcome = await orchid(folder, ...argv);
  expect(outcome.errors).toMatch(message);
  expect(outcome.errors).toMatch(/^error: /);
  expect(outcome.errors).not.toMatch(/^\s+at /m);
  expect(outcome.code).toBe(code);
}

describe('text files', () => {
  const mlm = (file: string) => ['train', 'mlm', '--preset', 'mlm-tiny', '--text', file];

  it('missing, empty, binary, a folder, too short, or not named', async () => {
    writeFileSync(join(folder, 'empty.txt'), '');
    writeFileSync(join(folder, 'binary.txt'), Uint8Array.of(65, 0, 66));
    writeFileSync(join(folder, 'latin.txt'), Uint8Array.of(65, 0xfc, 66));
    writeFileSync(join(folder, 'short.txt'), 'too short');
    await fails(1, /none\.txt: there is no such file/, ...mlm('none.txt'));
    await fails(1, /empty\.txt: it is empty/, ...mlm('empty.txt'));
    await fails(1, /binary\.txt: it is binary \(a NUL byte at offset 1\)/, ...mlm('binary.txt'));
    await fails(1, /latin\.txt: it is not UTF-8/, ...mlm('latin.txt'));
    await fails(1, /it is a directory; want a file/, ...mlm('.'));
    await fails(1, /training text has 7 tokens, less than one window of 32/, ...mlm('short.txt'));
    await fails(2, /want --text FILE/, 'train', 'mlm');
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });
});

describe('the command line', () => {
  it('presets and keys', async () => {
    await fails(2, /there is no preset `recal`; did you mean `recall`\?/, 'train', 'recall', '--preset', 'recal');
    await fails(2, /unknown key `optimizer\.learning_rat`; did you mean/, ...tiny, '--set', 'optimizer.learning_rat=1');
    await fails(2, /is "fast" \(a string\); want a number above 0/, ...tiny, '--set', 'optimizer.learning_rate=fast');
    await fails(
      2,
      /`optimizer\.beta1` is 1 .*want a number at least 0 and below 1/,
      ...tiny,
      '--set',
      'optimizer.beta1=1',
    );
    await fails(2, /do not fit the model/, ...tiny, '--set', 'model.max_position_embeddings=8');
    await fails(2, /there is no such engine; want auto, webgpu, wasm, cpu/, ...tiny, '--backend', 'cuda');
    await fails(
      2,
      /--precision half: there is no such precision; want float32 or mixed/,
      ...tiny,
      '--precision',
      'half',
    );
    const mixed = ['--precision', 'mixed', '--backend', 'wasm'];
    await fails(2, /--precision mixed: the engine wasm knows float32 alone; take --backend webgpu/, ...tiny, ...mixed);
  });

  it('options and commands', async () => {
    expect((await orchid(folder, ...tiny, '--steps', 'many')).code).toBe(2);
    expect((await orchid(folder, 'trian')).code).toBe(2);
    expect((await orchid(folder, ...tiny, '--colour')).errors).toMatch(/unknown option '--colour'/);
    expect((await orchid(folder, 'predict')).errors).toMatch(/missing required argument 'dir'/);
    expect((await orchid(folder, '--help')).code).toBe(0);
  });

  it('--verbose adds the stack', async () => {
    const { errors } = await orchid(folder, 'predict', 'nowhere', '--verbose');
    expect(errors).toMatch(/^\s+at /m);
  });
});

describe('checkpoints', () => {
  const damaged = join(folder, 'damaged');
  const weights = join(damaged, 'checkpoint/model.safetensors');

  beforeAll(async () => {
    await orchid(folder, ...tiny, '--steps', '1', '--out', 'good');
    await orchid(folder, ...tiny, '--steps', '1', '--out', 'wider', '--set', 'model.hidden_size=16');
  }, 60_000);

  /** A fresh copy of the run, with its weights changed. */
  function withWeights(change: (file: ReturnType<typeof decodeSafetensors>) => void): void {
    rmSync(damaged, { recursive: true, force: true });
    cpSync(join(folder, 'good'), damaged, { recursive: true });
    const file = decodeSafetensors(readFileSync(weights));
    change(file);
    writeFileSync(weights, encodeSafetensors(file.tensors, file.metadata));
  }

  const everyCommand = async (message: RegExp) => {
    await fails(1, message, 'predict', 'damaged');
    await fails(1, message, 'eval', 'damaged');
    await fails(1, message, 'train', 'recall', '--resume', 'damaged', '--steps', '5');
  };

  it('truncated', async () => {
    withWeights(() => {});
    truncateSync(weights, 1000);
    await everyCommand(/model\.safetensors.*(truncated|bytes)/);
  });

  it('of a wrong shape', async () => {
    withWeights(({ tensors }) => {
      tensors.set('norm.weight', { dtype: 'F32', shape: [2], data: new Float32Array(2) });
    });
    await everyCommand(/'norm\.weight' has the shape \[2\], want \[8\]/);
  });

  it('of a wrong dtype', async () => {
    withWeights(({ tensors }) => {
      tensors.set('norm.weight', { dtype: 'I32', shape: [8], data: new Int32Array(8) });
    });
    await everyCommand(/'norm\.weight' has the dtype I32/);
  });

  it('with a tensor missing', async () => {
    withWeights(({ tensors }) => {
      tensors.delete('norm.weight');
    });
    await everyCommand(/'norm\.weight' missing/);
  });

  it('of another model', async () => {
    withWeights(() => {});
    cpSync(join(folder, 'wider/checkpoint/model.safetensors'), weights);
    await everyCommand(/belongs to another model .*hidden_size 16, not 8/);
  });

  it('not there', async () => {
    await fails(2, /there is no folder nowhere/, 'predict', 'nowhere');
    await fails(2, /is a file; want the folder of a run/, 'eval', 'good/run.json');
    mkdirSync(join(folder, 'young'));
    cpSync(join(folder, 'good/run.json'), join(folder, 'young/run.json'));
    await fails(2, /has no checkpoint yet/, 'predict', 'young');
  });
});

describe('numbers that are none', () => {
  it('stop the run at their step, with the last good checkpoint kept', async () => {
    await orchid(folder, ...tiny, '--steps', '3', '--out', 'wild');
    const weights = () => readFileSync(join(folder, 'wild/checkpoint/model.safetensors'));
    const good = weights();
    const wild = ['--set', 'optimizer.learning_rate=1e30', '--steps', '9'];
    await fails(
      1,
      /training diverged at step \d: .*the last good checkpoint is .*wild\/checkpoint/,
      'train',
      'recall',
      '--resume',
      'wild',
      ...wild,
    );
    expect(weights().equals(good)).toBe(true);
  });
});

describe('disks', () => {
  it('an --out below a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    await fails(
      1,
      /file\/run cannot be written: a part of the path is a file, not a folder \(ENOTDIR\)/,
      ...tiny,
      '--out',
      'file/run',
    );
    await fails(1, /cannot be written: a file of that name is in the way/, ...tiny, '--out', 'file');
  });

  it.skipIf(!existsSync('/proc/self'))('an --out where the system makes no folder', async () => {
    await fails(
      1,
      /\/proc\/orchid\/run cannot be written: no such file or folder/,
      ...tiny,
      '--out',
      '/proc/orchid/run',
    );
  });

  it('a checkpoint folder that is a file', async () => {
    mkdirSync(join(folder, 'blocked'));
    writeFileSync(join(folder, 'blocked/checkpoint'), '');
    await fails(1, /checkpoint folder .*it cannot be written: checkpoint is a file/, ...tiny, '--out', 'blocked');
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk', async () => {
    mkdirSync(join(folder, 'full'));
    symlinkSync('/dev/full', join(folder, 'full/metrics.jsonl'));
    await fails(1, /metrics\.jsonl cannot be written: the disk is full \(ENOSPC\)/, ...tiny, '--out', 'full');
  });
});
