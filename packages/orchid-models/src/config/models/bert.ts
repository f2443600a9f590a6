// BERT as Hugging Face's config.json describes it, with the same keys and the same defaults.
import { z } from 'zod';
import { dropoutKeys } from '../dropout-keys.ts';
import { type Head, headKeys, withHeadLabels } from '../head-keys.ts';
import { count } from '../keys.ts';
import { labelsProblem } from '../label-keys.ts';

/** The classes of transformers that a head is called after, the one to be written first. */
const ARCHITECTURES: Record<Head, readonly [string, ...string[]]> = {
  'masked-lm': ['BertForMaskedLM', 'BertForPreTraining'],
  'sequence-classification': ['BertForSequenceClassification'],
  // There a regression is a classification whose problem_type says so.
  regression: ['BertForSequenceClassification'],
  'token-classification': ['BertForTokenClassification'],
  none: ['BertModel'],
};

const schema = z.strictObject({
  model_type: z.literal('bert').describe('Which model this is.'),
  architectures: z
    .array(z.string())
    .optional()
    .describe('The head by the name of its class in transformers; what is not one of these needs the key `head`.'),
  vocab_size: count(30_522).describe('Number of tokens.'),
  hidden_size: count(768).describe('Width D of the model.'),
  num_hidden_layers: count(12).describe('Number of layers.'),
  num_attention_heads: count(12).describe('Heads of attention; a divisor of hidden_size.'),
  intermediate_size: count(3072).describe('Inner width of the MLPs.'),
  hidden_act: z
    .enum(['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'])
    .default('gelu')
    .describe(
      'Activation of the MLPs and of the masked-lm head; `gelu` is exact, the next two are its tanh approximation.',
    ),
  max_position_embeddings: count(512).describe('Longest sequence.'),
  position_embedding_type: z.literal('absolute').default('absolute').describe('Learned positions, added.'),
  type_vocab_size: count(2).describe('Kinds of tokens (first and second text).'),
  layer_norm_eps: z.number().positive().default(1e-12).describe('eps of the layer norms.'),
  initializer_range: z.number().positive().default(0.02).describe('Standard deviation of the first weights.'),
  attention_probs_dropout_prob: z
    .number()
    .min(0)
    .lt(1)
    .default(0.1)
    .describe('In training, the share dropped of what attention attends to.'),
  tie_word_embeddings: z.boolean().default(true).describe('The masked-lm decoder is the embedding table.'),
  pad_token_id: z
    .int()
    .min(0)
    .nullable()
    .default(0)
    .describe('The token of padding; it is the attention mask that counts.'),
  is_decoder: z.literal(false).default(false).describe('A decoder is another model.'),
  add_cross_attention: z.literal(false).default(false).describe('Cross-attention belongs to decoders.'),
  problem_type: z
    .enum(['regression', 'single_label_classification', 'multi_label_classification'])
    .nullable()
    .optional()
    .describe('What the scores of labels are for; `regression` makes the head one.'),
  ...dropoutKeys,
  ...headKeys,
  head: headKeys.head.unwrap().optional().describe(`${headKeys.head.description} If left out, as architectures says.`),
});

type Parsed = z.output<typeof schema>;

/** The head of the first architecture; masked-lm without any, and undefined when it is none of ours. */
function headOf({ architectures, problem_type }: Parsed): Head | undefined {
  const [name] = architectures ?? [];
  if (name === undefined) return 'masked-lm';
  const heads = Object.keys(ARCHITECTURES) as Head[];
  const head = heads.find((key) => ARCHITECTURES[key].includes(name));
  return head === 'sequence-classification' && problem_type === 'regression' ? 'regression' : head;
}

export const bert = {
  schema,
  complete: (parsed: Parsed) => {
    const head = parsed.head ?? headOf(parsed);
    if (head === undefined) {
      const known = Object.values(ARCHITECTURES).flat();
      throw new Error(
        `config: architectures is ${JSON.stringify(parsed.architectures)}; want one of ${[...new Set(known)].join(', ')}, ` +
          'or say with the key head what is to come after the body',
      );
    }
    const isRegression = head === 'regression';
    return withHeadLabels({
      ...parsed,
      head,
      architectures: [ARCHITECTURES[head][0]],
      problem_type: isRegression
        ? ('regression' as const)
        : parsed.problem_type === 'regression'
          ? null
          : parsed.problem_type,
    });
  },
  problem: (config: Parsed & { head: Head }): string | null => {
    const { hidden_size: width, num_attention_heads: heads } = config;
    if (width % heads !== 0) {
      return `num_attention_heads is ${heads} and hidden_size is ${width}; want a divisor of hidden_size`;
    }
    return labelsProblem(config);
  },
};
