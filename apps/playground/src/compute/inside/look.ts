// A look inside a recall model as it reads a sequence: each block's kernel, gates and result, and what the model answers.
import { recallVocabulary } from '@orchid-ml/datasets';
import { lookInside, type OrchidInside, type RecallModel } from '@orchid-ml/orchid-models';
import { drawRecallSequence, type RecallPipeline, recallTokenName } from '@orchid-ml/pipelines';
import * as tf from '@tensorflow/tfjs-core';
import type { Look, LookInput, LookLayer } from '../../shared/look.ts';
import { viewsOf } from './kernels.ts';

/** A model, and what reads its questions. */
export interface Subject {
  readonly pipeline: RecallPipeline;
  /** in words */
  readonly words: string;
}

/** @throws InputError saying which token does not fit; Error for a model whose mixer is not Orchid */
export async function lookAt(
  { pipeline, words }: Subject,
  { sequence, seed }: Pick<LookInput, 'sequence' | 'seed'>,
): Promise<Look> {
  const model: RecallModel = pipeline.model;
  const { mixer, vocab_size: vocab } = model.config;
  if (mixer !== 'orchid') {
    throw new Error(`the model's mixer is ${mixer}, which has no kernel to look at; train one with the mixer Orchid`);
  }
  const text =
    sequence.trim() === '' ? drawRecallSequence(vocab, pipeline.model.config.max_position_embeddings, seed) : sequence;
  const prepared = pipeline.prepare({ sequence: text });
  const [answer] = await pipeline.run([prepared]);
  const { keys } = recallVocabulary(vocab);
  const name = (id: number) => recallTokenName(id, vocab);
  const looked = lookInside(() =>
    tf.tidy(() => model.logits(tf.tensor2d(prepared.ids, [1, prepared.ids.length], 'int32'), { positions: 'last' })),
  );
  try {
    const layers = await Promise.all(looked.mixers.map(layerOf));
    return {
      tokens: Array.from(prepared.ids, name),
      keys: Array.from({ length: keys }, (_, id) => name(id)),
      values: Array.from({ length: keys }, (_, id) => name(keys + id)),
      expected: answer!.expected,
      guesses: answer!.guesses,
      layers,
      model: words,
    };
  } finally {
    looked.dispose();
  }
}

async function layerOf(inside: OrchidInside): Promise<LookLayer> {
  const { staticKernel, spectrum, inputGate, value, outputGate, output, transform } = inside;
  const [, length, width] = output.shape;
  const [adaptive, fixed, ...parts] = await Promise.all([
    viewsOf({ spectrum }, inside, [length, width]),
    // A kernel in the time domain is one only for the spectrum beside it.
    viewsOf({ kernel: staticKernel }, { ...inside, kernelDomain: 'frequency' }, [length, width]),
    ...[inputGate, value, outputGate, output].map((part) => part.data()),
  ] as const);
  const [g1, v, g0, y] = parts.map((values) => Float32Array.from(values as Float32Array));
  return {
    length,
    width,
    bins: adaptive.re.length / width,
    transform,
    adaptive,
    fixed,
    inputGate: g1!,
    value: v!,
    outputGate: g0!,
    output: y!,
  };
}
