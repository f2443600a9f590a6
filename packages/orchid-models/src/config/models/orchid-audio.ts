// The classifier of raw waveforms. The stem's keys are those of Hugging Face's wav2vec2.
import { z } from 'zod';
import { count } from '../keys.ts';
import { completeSignal, signalKeys, signalProblem } from '../signal-keys.ts';

const list = (fallback: number[]) => z.array(z.int().min(1)).default(fallback);

const schema = z.strictObject({
  model_type: z.literal('orchid-audio').describe('Which model this is.'),
  sampling_rate: count(16_000).describe('Samples a second of the waveforms that it was made for.'),
  max_samples: count(16_000).describe('Longest waveform, in samples.'),
  conv_dim: list([64, 128]).describe(
    'Channels of the convolutions of the stem; three empty lists make every sample a position.',
  ),
  conv_kernel: list([32, 8]).describe('Their taps.'),
  conv_stride: list([8, 4]).describe('Their strides, whose product says how many samples a position stands for.'),
  ...signalKeys,
});

type Complete = ReturnType<typeof completeSignal<z.output<typeof schema>>>;

/** Positions that a waveform has after the stem. */
export function stemLength({ conv_stride }: { readonly conv_stride: readonly number[] }, samples: number): number {
  return conv_stride.reduce((length, stride) => Math.ceil(length / stride), samples);
}

function stemProblem({ conv_dim: dim, conv_kernel: kernel, conv_stride: stride }: Complete): string | null {
  if (dim.length === kernel.length && dim.length === stride.length) return null;
  return `conv_dim, conv_kernel and conv_stride have ${dim.length}, ${kernel.length} and ${stride.length} values; want as many`;
}

export const orchidAudio = {
  schema,
  complete: (parsed: z.output<typeof schema>): Complete => completeSignal(parsed),
  problem: (config: Complete) => stemProblem(config) ?? signalProblem(config, stemLength(config, config.max_samples)),
};
