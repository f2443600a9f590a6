// For tests: tiny models of every task in folders, as `orchid train` saves them, with fresh weights.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@orchid-ml/backends';
import { createModel, type ModelConfigInput } from '@orchid-ml/orchid-models';
import { saveModel } from '@orchid-ml/orchid-models/node';
import type { PreprocessorInput } from '@orchid-ml/pipelines';
import { CharTokenizer, type Tokenizer } from '@orchid-ml/tokenizers';

/** The worker that users have. */
export const realWorkers = new URL('../bin/worker.mjs', import.meta.url);

const size = { hidden_size: 16, num_hidden_layers: 2, intermediate_size: 32 } as const;
const letters = CharTokenizer.fromText('the quick brown fox jumps over the lazy dog. TO BE OR NOT,');

interface Made {
  readonly config: ModelConfigInput;
  readonly preprocessor: PreprocessorInput;
  readonly tokenizer?: Tokenizer;
}

const models = {
  recall: {
    config: { model_type: 'orchid-recall', vocab_size: 20, max_position_embeddings: 32, ...size },
    preprocessor: { task: 'recall', length: 16 },
  },
  letters: {
    config: { model_type: 'orchid-masked-lm', vocab_size: letters.vocabSize, max_position_embeddings: 64, ...size },
    preprocessor: { task: 'fill-mask', window: 48 },
    tokenizer: letters,
  },
  moods: {
    config: {
      model_type: 'orchid-bert',
      head: 'sequence-classification',
      vocab_size: letters.vocabSize,
      max_position_embeddings: 32,
      num_attention_heads: 2,
      filter_order: 8,
      id2label: { 0: 'good', 1: 'bad' },
      ...size,
    },
    preprocessor: { task: 'text-classification', texts: 1, max_length: 32, pad_to_multiple_of: 8 },
    tokenizer: letters,
  },
  pictures: {
    config: {
      model_type: 'orchid-vit',
      image_size: 12,
      patch_size: 4,
      num_channels: 1,
      id2label: { 0: 'cat', 1: 'dog', 2: 'eel' },
      ...size,
    },
    preprocessor: {
      task: 'image-classification',
      size: { height: 12, width: 12 },
      num_channels: 1,
      image_mean: [0.5],
      image_std: [0.5],
      crop_pct: null,
    },
  },
  sounds: {
    config: {
      model_type: 'orchid-audio',
      sampling_rate: 8000,
      max_samples: 800,
      conv_dim: [8, 16],
      conv_kernel: [32, 8],
      conv_stride: [8, 4],
      id2label: { 0: 'yes', 1: 'no' },
      ...size,
    },
    preprocessor: { task: 'audio-classification', sampling_rate: 8000, samples: 800 },
  },
} as const satisfies Readonly<Record<string, Made>>;

export type RealModel = keyof typeof models;

/** Writes one; another seed has other weights. */
export async function writeModel(path: string, name: RealModel, seed = 1): Promise<string> {
  const { config, preprocessor, tokenizer }: Made = models[name];
  await useBackend('wasm', { blas: 'off' });
  const model = createModel(config, { seed });
  try {
    await saveModel(path, model);
  } finally {
    model.dispose();
  }
  writeFileSync(join(path, 'preprocessor_config.json'), JSON.stringify(preprocessor));
  if (tokenizer) writeFileSync(join(path, 'tokenizer.json'), JSON.stringify(tokenizer.toJSON()));
  return path;
}

/** Writes one of each, in folders of their names. */
export async function writeModels(folder: string): Promise<Readonly<Record<RealModel, string>>> {
  const paths: [string, string][] = [];
  for (const name of Object.keys(models) as RealModel[]) paths.push([name, await writeModel(join(folder, name), name)]);
  return Object.fromEntries(paths) as Record<RealModel, string>;
}

/** A WAV file, mono, 16 bits: a tone. */
export function toneWav(hertz: number, sampleRate: number, samples: number): Buffer {
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(2 * sampleRate, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; i++)
    bytes.writeInt16LE(Math.round(20_000 * Math.sin((2 * Math.PI * hertz * i) / sampleRate)), 44 + 2 * i);
  return bytes;
}
