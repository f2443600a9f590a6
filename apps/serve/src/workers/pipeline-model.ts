// A pipeline as the workers use it: inputs as routes get them, one warm-up, answers or embeddings.
import { parameterCount } from '@orchid-ml/orchid-models';
import type { AnyPipeline, AnyPreparer, Pipeline, PipelineTask, Prepared, Preparer } from '@orchid-ml/pipelines';
import { InputError } from '@orchid-ml/pipelines';
import { readImage } from '@orchid-ml/pipelines/node';
import type { Tokenizer } from '@orchid-ml/tokenizers';
import type { ModelFacts, Operation, Timing, WireInput, WorkerConfig } from './messages.ts';
import type { LoadedModel, LoadedPreparer } from './thread.ts';

/** An image with more pixels is refused: decoded, it would take hundreds of megabytes, however small its file. */
const mostPixels = 2 ** 24;

/** What each task reads. */
const wanted: Readonly<Record<PipelineTask, WireInput['kind']>> = {
  recall: 'sequence',
  'fill-mask': 'text',
  'text-classification': 'text',
  'image-classification': 'image',
  'audio-classification': 'audio',
};

/** The union of pipelines, called with an input that was checked to be for its task. */
type Loose = Preparer<unknown, Readonly<Record<string, unknown>>, Prepared>;

/** @throws InputError for an input of another kind, or one that the model cannot take */
export function preparerOf(preparer: AnyPreparer): LoadedPreparer {
  const loose = preparer as unknown as Loose;
  return {
    async prepare(input, operation, options) {
      const kind = wanted[preparer.task];
      if (input.kind !== kind)
        throw new InputError(input.kind, `${input.kind} is given; the model is for ${preparer.task} and takes ${kind}`);
      // A text that is to be embedded need not hide anything.
      const own = preparer.task === 'fill-mask' && operation === 'embed' ? { ...options, requireMask: false } : options;
      return loose.prepare(await read(input, preparer), own);
    },
  };
}

async function read(input: WireInput, preparer: AnyPreparer): Promise<unknown> {
  switch (input.kind) {
    case 'sequence':
      return { sequence: input.sequence };
    case 'text': {
      if (preparer.task === 'fill-mask' && input.textPair !== undefined)
        throw new InputError('textPair', 'textPair is given, but the model takes one text');
      return { text: input.text, ...(input.textPair !== undefined && { textPair: input.textPair }) };
    }
    case 'audio':
      return { wav: input.bytes };
    case 'image': {
      if (preparer.task !== 'image-classification') throw new Error('an image for a model that reads none');
      return await readImage(input.bytes, preparer, 'the image', { maxPixels: mostPixels });
    }
  }
}

/** Something small that the model can compute. */
function sampleOf(pipeline: AnyPipeline, tokenizer: Tokenizer | null): Prepared {
  const loose = pipeline as unknown as Loose;
  switch (pipeline.task) {
    case 'recall':
      return loose.prepare({ sequence: 'k0 v0 => k0' });
    case 'fill-mask':
      return loose.prepare({ text: '[MASK]'.repeat(Math.min(8, pipeline.model.config.max_position_embeddings - 2)) });
    case 'text-classification': {
      const text = knownText(tokenizer!);
      return loose.prepare({ text, ...(pipeline.preprocessor.texts === 2 && { textPair: text }) });
    }
    case 'image-classification': {
      const { size, num_channels: channels } = pipeline.preprocessor;
      return loose.prepare({ pixels: new Uint8Array(size.height * size.width * channels), ...size, channels });
    }
    case 'audio-classification': {
      const { samples, sampling_rate: sampleRate } = pipeline.preprocessor;
      return loose.prepare({ samples: new Float32Array(samples), sampleRate });
    }
  }
}

/** A text that the tokenizer knows, whatever its alphabet. */
function knownText(tokenizer: Tokenizer): string {
  const special = new Set(tokenizer.specialIds);
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    if (special.has(id)) continue;
    const text = tokenizer.decode([id]);
    if (text.trim() !== '' && tokenizer.encode(text).length > 0) return text;
  }
  throw new Error('the tokenizer has no token that stands for text');
}

/** Computes one input and a whole batch, so that memory, shaders and compiled code are there when the first request comes. */
async function warmUp(model: Batches, sample: Prepared, config: WorkerConfig): Promise<Timing[]> {
  const most = Math.min(config.maxBatch, Math.max(1, Math.floor(config.maxBatchPositions / sample.positions)));
  const timings: Timing[] = [];
  await model.run([sample]);
  await model.embed([sample]);
  for (const count of new Set([1, most])) {
    const begin = performance.now();
    await model.run(Array<Prepared>(count).fill(sample));
    timings.push({ count, positions: count * sample.positions, ms: performance.now() - begin });
  }
  return timings;
}

type Batches = Pick<Pipeline<never, never, Prepared, unknown>, 'run' | 'embed'>;

/** A pipeline, warm. @throws Error when it cannot compute */
export async function modelOf(
  pipeline: AnyPipeline,
  tokenizer: Tokenizer | null,
  config: WorkerConfig,
): Promise<LoadedModel> {
  const batches = pipeline as unknown as Batches;
  const sample = sampleOf(pipeline, tokenizer);
  const facts: ModelFacts = {
    task: pipeline.task,
    modelType: pipeline.model.kind,
    bytes: 4 * parameterCount(pipeline.model),
    warmUp: await warmUp(batches, sample, config),
  };
  return {
    facts,
    run: (operation: Operation, batch: readonly Prepared[]) =>
      operation === 'answer' ? batches.run(batch) : batches.embed(batch),
    async probe() {
      await batches.run([sample]);
    },
    dispose: () => pipeline.dispose(),
  };
}
