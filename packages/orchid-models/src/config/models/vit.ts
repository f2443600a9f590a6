// ViT as Hugging Face's config.json describes it, with the same keys and the same defaults.
import { z } from 'zod';
import { imageKeys, imageProblem } from '../image-keys.ts';
import { count } from '../keys.ts';
import { labelKeys, labelsProblem, withLabels } from '../label-keys.ts';

const share = (what: string) =>
  z.number().min(0).lt(1).default(0).describe(`In training, the share dropped of ${what}.`);

const schema = z.strictObject({
  model_type: z.literal('vit').describe('Which model this is.'),
  architectures: z
    .array(z.string())
    .optional()
    .describe('The class in transformers; of ViTModel and others the body is taken, and the head starts afresh.'),
  ...imageKeys,
  hidden_size: count(768).describe('Width D of the model.'),
  num_hidden_layers: count(12).describe('Number of layers.'),
  num_attention_heads: count(12).describe('Heads of attention; a divisor of hidden_size.'),
  intermediate_size: count(3072).describe('Inner width of the MLPs.'),
  hidden_act: z
    .enum(['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'])
    .default('gelu')
    .describe('Activation of the MLPs; `gelu` is exact, the next two are its tanh approximation.'),
  qkv_bias: z.boolean().default(true).describe('Queries, keys and values have biases.'),
  layer_norm_eps: z.number().positive().default(1e-12).describe('eps of the layer norms.'),
  initializer_range: z.number().positive().default(0.02).describe('Standard deviation of the first weights.'),
  hidden_dropout_prob: share("the embeddings and of each attention's and MLP's output"),
  attention_probs_dropout_prob: share('what attention attends to'),
  ...labelKeys,
});

type Parsed = z.output<typeof schema>;

export const vit = {
  schema,
  complete: (parsed: Parsed) => ({ ...withLabels(parsed), architectures: ['ViTForImageClassification'] }),
  problem: (config: Parsed & { num_labels: number }): string | null => {
    const { hidden_size: width, num_attention_heads: heads } = config;
    if (width % heads !== 0) {
      return `num_attention_heads is ${heads} and hidden_size is ${width}; want a divisor of hidden_size`;
    }
    return imageProblem(config) ?? labelsProblem(config);
  },
};
