// What presets for text, genomes and multi-query recall say: the data, and encoders with a head.
import { z } from 'zod';
import { fraction, mixerKeys, optimizer, positive, schedule, seed, training, whole } from './schema-parts.ts';

/** Orchid-BERT, with any mixer. */
export const encoderModel = z.strictObject({
  hidden_size: whole(1).describe('width D of the model'),
  num_hidden_layers: whole(1).describe('blocks, one after another'),
  intermediate_size: whole(1).describe('width of the MLP inside a block'),
  mlp_blocks: whole(1).describe("blocks of the MLPs' block-diagonal matrices, a divisor of both widths; 1 is dense"),
  mlp_gated: z.boolean().describe('the MLPs are gated linear units'),
  norm_first: z.boolean().describe('layer norms before mixer and MLP; false: after each shortcut, as in BERT'),
  max_position_embeddings: whole(2).nullable().describe('the longest sequence (l_max); null takes data.length'),
  initializer_range: positive().describe('standard deviation of the first embeddings and of the head'),
  layer_norm_eps: positive().describe('epsilon of the layer norms'),
  hidden_dropout_prob: z.number().min(0).lt(1).describe('share dropped of embeddings, mixers, MLPs in training'),
  ...mixerKeys,
});

/** Models of tokens without a head to choose. */
export const tokenModel = z.strictObject({
  hidden_size: whole(1).describe('width D of the model'),
  num_hidden_layers: whole(1).describe('blocks, one after another'),
  intermediate_size: whole(1).describe('width of the MLP inside a block'),
  max_position_embeddings: whole(2)
    .nullable()
    .describe('l_max: the longest sequence the implicit filter covers; null takes data.length'),
  position_embedding_type: z.enum(['none', 'absolute']).describe('absolute adds learned positions; none needs none'),
  tie_word_embeddings: z.boolean().describe('the output layer shares the embedding table'),
  initializer_range: positive().describe('standard deviation of the first embeddings'),
  layer_norm_eps: positive().describe('epsilon of the layer norms around mixers and MLPs'),
  ...mixerKeys,
});

const rest = { optimizer, schedule, training };

const vocabulary = {
  vocab_size: whole(16).describe(
    'tokens of the WordPiece vocabulary learned from the text, when no --tokenizer is given',
  ),
  lowercase: z.boolean().describe('that vocabulary knows no capitals'),
};

/** Multi-query associative recall. */
export const mqarSchema = z.strictObject({
  task: z.literal('mqar').describe('what is trained'),
  seed: seed(),
  data: z.strictObject({
    length: whole(8).describe('length of a sequence in tokens, even'),
    vocab_size: whole(4).describe('half of it keys, half values; even'),
    pairs: whole(1)
      .nullable()
      .describe('pairs of key and value a sequence, each asked for once; null takes length / 8'),
    power: positive().describe('exponent of the gaps between pair and query: small ones make most gaps short'),
    random_fill: z.boolean().describe('what stands between the queries: tokens at random, or 0'),
    validation_sequences: whole(1).describe('fresh sequences an evaluation during training uses'),
    test_sequences: whole(1).describe('fresh sequences the final accuracy is taken on'),
  }),
  model: tokenModel,
  ...rest,
});

/** A task of GLUE. */
export const glueSchema = z.strictObject({
  task: z.literal('glue').describe('what is trained'),
  seed: seed(),
  data: z.strictObject({
    name: z
      .enum(['cola', 'sst2', 'mrpc', 'qqp', 'stsb', 'mnli', 'qnli', 'rte', 'wnli'])
      .describe('which of the nine tasks'),
    length: whole(8).describe('longer texts are cut to so many tokens, special ones included'),
    bucket: whole(1).describe('batches are padded to a multiple of this: fewer lengths are fewer kernels to prepare'),
    ...vocabulary,
    malformed: z
      .enum(['error', 'skip'])
      .describe('a line with a wrong number of columns ends the run, or is passed over'),
    eval_examples: whole(1).nullable().describe('texts an evaluation during training uses at most; null takes all'),
  }),
  model: encoderModel,
  ...rest,
});

/** Masked-language modelling with Orchid-BERT over text of any size. */
export const bertSchema = z.strictObject({
  task: z.literal('bert').describe('what is trained'),
  seed: seed(),
  data: z.strictObject({
    length: whole(8).describe('length of a window of text in tokens'),
    ...vocabulary,
    text_column: z.string().describe('where documents stand in JSON lines and Parquet files'),
    shuffle_buffer: whole(1).describe('documents that the stream is shuffled through'),
    mask_probability: positive().max(0.9).describe('share of the tokens hidden in training'),
    eval_mask_probability: positive().max(0.9).describe('share of the tokens hidden in evaluations'),
    eval_windows: whole(1).describe('windows of held-out text an evaluation uses at most'),
    prefetch: whole(0).describe('batches that a thread of its own makes ahead; 0: none'),
  }),
  model: encoderModel,
  ...rest,
});

/** Masked modelling of genomes. */
export const dnaSchema = z.strictObject({
  task: z.literal('dna').describe('what is trained'),
  seed: seed(),
  data: z.strictObject({
    length: whole(8).describe('nucleotides of a window'),
    reverse_complement: z.boolean().describe('half of the windows are read from the other strand'),
    soft_masked: z
      .enum(['use', 'ignore'])
      .describe('ignore: letters in lower case (repeats) are seen, but not asked for'),
    max_unknown: fraction().lt(1).describe('largest share of N in a window'),
    mask_probability: positive().max(0.9).describe('share of the nucleotides hidden in training'),
    eval_mask_probability: positive().max(0.9).describe('share of the nucleotides hidden in evaluations'),
    held_out_fraction: positive().max(0.5).describe('end of each record kept for evaluation'),
    eval_windows: whole(1).describe('held-out windows an evaluation uses at most'),
  }),
  model: tokenModel.extend({
    reverse_complement: z
      .boolean()
      .describe('the model answers alike on both strands (reverse-complement equivariance)'),
  }),
  ...rest,
});

export type MqarConfig = z.infer<typeof mqarSchema>;
export type GlueConfig = z.infer<typeof glueSchema>;
export type BertConfig = z.infer<typeof bertSchema>;
export type DnaConfig = z.infer<typeof dnaSchema>;
export type TextConfig = MqarConfig | GlueConfig | BertConfig | DnaConfig;
