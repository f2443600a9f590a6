// What a benchmark asks a model, and the right answers, computed here one by one without a server.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { useBackend } from '@orchid-ml/backends';
import { createModel, parameterCount } from '@orchid-ml/orchid-models';
import { saveModel } from '@orchid-ml/orchid-models/node';
import { drawRecallSequence } from '@orchid-ml/pipelines';
import { modelFolder, openPipeline, readTokenizer } from '@orchid-ml/pipelines/node';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import { randomFrom } from '../../test/malformed.ts';

/** A request, and its answer. */
export interface Asking {
  readonly path: string;
  readonly body: string;
  readonly answer: unknown;
}

export interface Questions {
  readonly task: 'recall' | 'fill-mask';
  readonly model: string;
  readonly askings: readonly Asking[];
}

const count = 200;
/** Tokens of a text: a word or two, a sentence. */
const lengths = [16, 32, 48, 64];

/** A model of the size of the preset mlm with fresh weights: how fast it is does not depend on what it has learned. */
export async function writeFreshModel(folder: string): Promise<string> {
  await startEngine();
  const tokenizer = CharTokenizer.fromText(Array.from({ length: 62 }, (_, i) => String.fromCharCode(48 + i)).join(''));
  const model = createModel(
    {
      model_type: 'orchid-masked-lm',
      vocab_size: tokenizer.vocabSize,
      hidden_size: 128,
      num_hidden_layers: 2,
      max_position_embeddings: 128,
    },
    { seed: 1 },
  );
  await saveModel(folder, model);
  model.dispose();
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.toJSON()));
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify({ task: 'fill-mask', window: 128 }));
  return folder;
}

async function startEngine(): Promise<void> {
  if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
  await useBackend('wasm');
}

/** Questions for a recall or a fill-mask model. @throws Error for a model of another task */
export async function questionsFor(path: string): Promise<Questions> {
  await startEngine();
  const pipeline = await openPipeline(path);
  try {
    const { config } = pipeline.model;
    const words = `${pipeline.task}, ${config.model_type}, ${parameterCount(pipeline.model)} parameters`;
    const askings: Asking[] = [];
    if (pipeline.task === 'recall') {
      for (let seed = 0; seed < count; seed++) {
        const sequence = drawRecallSequence(pipeline.model.config.vocab_size, 32, seed);
        const [answer] = await pipeline.run([pipeline.prepare({ sequence })]);
        askings.push({ path: '/v1/recall', body: JSON.stringify({ sequence }), answer });
      }
    } else if (pipeline.task === 'fill-mask') {
      const tokenizer = (await readTokenizer(await modelFolder(path)))!;
      const random = randomFrom(7);
      const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).filter(
        (id) => !tokenizer.specialIds.includes(id),
      );
      const longest = pipeline.model.config.max_position_embeddings;
      for (let i = 0; i < count; i++) {
        const length = Math.min(lengths[i % lengths.length]!, longest) - 3;
        const some = Array.from({ length }, () => ids[Math.floor(random() * ids.length)]!);
        const at = Math.floor(length / 2);
        const text = `${tokenizer.decode(some.slice(0, at))}[MASK]${tokenizer.decode(some.slice(at))}`;
        const [answer] = await pipeline.run([pipeline.prepare({ text })]);
        askings.push({ path: '/v1/fill-mask', body: JSON.stringify({ text }), answer });
      }
    } else throw new Error(`the model is for ${pipeline.task}; want one for recall or fill-mask`);
    return { task: pipeline.task, model: words, askings };
  } finally {
    pipeline.dispose();
  }
}
