// Models on disk: they come back as they were, damaged files are refused, and a failed save harms nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS, use, withoutLeak } from '../../test/backends.ts';
import { type ConfigInputOf, createModel, isSequenceModel, stateDict } from '../index.ts';
import { type Disk, writeFilesAtomically } from './atomic-write.ts';
import { loadModel, makeFolder, readSafetensors, saveModel, writeSafetensors } from './index.ts';

type Input = ConfigInputOf<'orchid-recall' | 'orchid-masked-lm'>;

const root = mkdtempSync(join(tmpdir(), 'orchid-models-'));
let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(root, `${count++}`);
});
afterAll(() => rmSync(root, { recursive: true }));

const config: Input = {
  model_type: 'orchid-masked-lm',
  vocab_size: 7,
  hidden_size: 4,
  num_hidden_layers: 1,
  filter_order: 4,
  max_position_embeddings: 8,
};

async function saved(extra: Partial<Input> = {}) {
  const model = createModel({ ...config, ...extra } as Input, { seed: 9 });
  await saveModel(folder, model, { step: '12' });
  return model;
}

describe.each(BACKENDS)('saveModel and loadModel on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(['orchid', 'attention'] as const)(
    'bring back the same logits, configuration and metadata: %s',
    async (mixer) => {
      await withoutLeak(async () => {
        const model = await saved({ mixer });
        const loaded = await loadModel(folder);
        expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors']);
        expect(loaded.config).toEqual(model.config);
        expect(loaded.metadata.step).toBe('12');
        const ids = tf.tensor2d([0, 1, 2, 6, 5, 4], [1, 6], 'int32');
        if (!isSequenceModel(loaded.model)) throw new Error('another kind of model was loaded');
        const [a, b] = [model.logits(ids), loaded.model.logits(ids)];
        expect(await b.data()).toEqual(await a.data());
        for (const tensor of [ids, a, b]) tensor.dispose();
        loaded.model.dispose();
        model.dispose();
      });
    },
  );
});

describe('loading', () => {
  beforeAll(() => use('cpu'));

  const refuses = async (change: () => unknown, message: RegExp, extra: Partial<Input> = {}) => {
    const model = await saved(extra);
    model.dispose();
    await change();
    await withoutLeak(() => expect(loadModel(folder)).rejects.toThrow(message));
  };
  const weights = () => join(folder, 'model.safetensors');
  const editConfig = (change: Record<string, unknown>) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  };
  /** Rewrites the weights without the configuration in their metadata, as another program would. */
  const editWeights = async (change: (file: Awaited<ReturnType<typeof readSafetensors>>) => void) => {
    const file = await readSafetensors(weights());
    change(file);
    await writeSafetensors(weights(), file.tensors, {});
  };

  it('a folder that is not there', async () => {
    await expect(loadModel(folder)).rejects.toThrow(/cannot read .*config.json: ENOENT/);
  });
  it('a missing configuration', () => refuses(() => rmSync(join(folder, 'config.json')), /config.json: ENOENT/));
  it('missing weights', () => refuses(() => rmSync(weights()), /model.safetensors: ENOENT/));
  it('a configuration that is not JSON', () =>
    refuses(() => writeFile(join(folder, 'config.json'), '{"a"'), /config.json: .*JSON/));
  it('a configuration with an unknown key', () =>
    refuses(
      () => editConfig({ hidden_sise: 4 }),
      /config.json: config: hidden_sise is not a key .* did you mean hidden_size/,
    ));
  it('truncated weights', () =>
    refuses(async () => {
      const bytes = await readFile(weights());
      await writeFile(weights(), bytes.subarray(0, bytes.length - 3));
    }, /model.safetensors: decodeSafetensors: the file is truncated/));
  it('weights that are no safetensors', () =>
    refuses(() => writeFile(weights(), 'hello, weights'), /is this a safetensors file/));
  it('weights of another model', () =>
    refuses(
      () => editConfig({ model_type: 'orchid-recall' }),
      /model.safetensors belongs to another model .* model_type "orchid-masked-lm", not "orchid-recall"/,
    ));
  it('weights of the same shapes under other settings', () =>
    refuses(() => editConfig({ layer_norm_eps: 1e-3 }), /it has layer_norm_eps 0.00001, not 0.001/));
  it('weights of another size, whoever wrote them', () =>
    refuses(async () => {
      await editWeights(() => {});
      editConfig({ vocab_size: 8 });
    }, /does not fit .*config.json.*'embedding.weight' has the shape \[7,4\], want \[8,4\]/));
  it('a wrong dtype', () =>
    refuses(
      () =>
        editWeights(({ tensors }) => tensors.set('norm.bias', { dtype: 'I32', shape: [4], data: new Int32Array(4) })),
      /'norm.bias' has the dtype I32, want F32/,
    ));
  it('takes weights that carry no configuration', async () => {
    const model = await saved();
    await editWeights(() => {});
    const loaded = await loadModel(folder);
    expect(await stateDict(loaded.model)).toEqual(await stateDict(model));
    loaded.model.dispose();
    model.dispose();
  });
});

describe('saving', () => {
  beforeAll(() => use('cpu'));

  const full = (code: string) => Object.assign(new Error(`${code}: no space left on device, write`), { code });
  /** A disk that fails at the n-th write or rename. */
  function failing(step: 'write' | 'sync' | 'rename', nth: number): Disk {
    let calls = 0;
    const trip = () => {
      if (++calls === nth) throw full('ENOSPC');
    };
    return {
      open: (async (...args: Parameters<typeof open>) => {
        const handle = await open(...args);
        if (step === 'rename') return handle;
        return {
          writeFile: async (content: Uint8Array) => {
            // Half of it arrives before the disk is full.
            await handle.writeFile(content.subarray(0, content.length / 2));
            if (step === 'write') trip();
          },
          sync: async () => {
            await handle.sync();
            if (step === 'sync') trip();
          },
          close: () => handle.close(),
        };
      }) as unknown as typeof open,
      rename: async (from, to) => {
        if (step === 'rename') trip();
        await rename(from, to);
      },
    };
  }

  it.each([
    ['write', 1, 'a'],
    ['write', 2, 'b'],
    ['sync', 2, 'b'],
    ['rename', 1, 'a'],
  ] as const)('a disk full at %s %i leaves the old files and no temporary ones', async (step, nth, at) => {
    await mkdir(folder);
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await writeFile(a, 'old a');
    await writeFile(b, 'old b');
    const files = [a, b].map((path) => ({ path, content: new TextEncoder().encode('something new') }));
    const saving = writeFilesAtomically(files, failing(step, nth));
    await expect(saving).rejects.toThrow(`cannot write ${join(folder, at)}: ENOSPC`);
    await expect(saving).rejects.toMatchObject({ cause: { code: 'ENOSPC' } });
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
    expect([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')]).toEqual(['old a', 'old b']);
  });

  it('replaces an older model', async () => {
    (await saved()).dispose();
    const model = createModel(config, { seed: 10 });
    await saveModel(folder, model);
    const loaded = await loadModel(folder);
    expect(await stateDict(loaded.model)).toEqual(await stateDict(model));
    expect(loaded.metadata.step).toBeUndefined();
    loaded.model.dispose();
    model.dispose();
  });

  it('a folder that cannot be: a file is in the way', async () => {
    writeFileSync(folder, 'I am a file');
    const model = createModel(config);
    await expect(saveModel(folder, model)).rejects.toThrow(`saveModel: cannot make the folder ${folder}: EEXIST`);
    await expect(saveModel(join(folder, 'deeper'), model)).rejects.toThrow(/cannot make the folder .*ENOTDIR/);
    model.dispose();
  });

  // The superuser may write anywhere.
  it.skipIf(process.getuid?.() === 0)('an unwritable folder', async () => {
    await mkdir(folder);
    await chmod(folder, 0o555);
    const model = createModel(config);
    await expect(saveModel(folder, model)).rejects.toThrow(/cannot write .*model.safetensors: EACCES/);
    model.dispose();
    await chmod(folder, 0o755);
  });

  it('a folder where the system makes none, whose refusal is told and not waited on', async () => {
    await makeFolder(join(folder, 'a/b/c'));
    await makeFolder(join(folder, 'a/b/c'));
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c']);
    await expect(makeFolder('/proc/orchid/deeper')).rejects.toThrow(/ENOENT.*'\/proc\/orchid'/);
  });

  it('a file name that is a folder', async () => {
    await mkdir(join(folder, 'a.safetensors'), { recursive: true });
    await expect(writeSafetensors(join(folder, 'a.safetensors'), new Map())).rejects.toThrow(
      /cannot write .*a.safetensors: E/,
    );
    expect(readdirSync(folder)).toEqual(['a.safetensors']);
    await expect(readSafetensors(join(folder, 'a.safetensors'))).rejects.toThrow(/cannot read .*a.safetensors: EISDIR/);
  });

  it('metadata keys that are taken', async () => {
    const model = createModel(config);
    await expect(saveModel(folder, model, { config: 'x' })).rejects.toThrow("the metadata key 'config' is taken");
    model.dispose();
  });
});
