// The sizes of models of text.
import type { NamedSize } from './size.ts';

const orchid = 'Karami & Ghodsi 2024';
const bert = 'Devlin et al. 2019';
const large = {
  model_type: 'bert',
  hidden_size: 1024,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  intermediate_size: 4096,
} as const;
const head = 'with the masked-lm head, its decoder the embedding table';

export const TEXT_SIZES: readonly NamedSize[] = [
  {
    name: 'orchid-bert-base',
    config: { model_type: 'orchid-bert' },
    published: { parameters: 77e6, tolerance: 0.01, source: orchid },
    note: head,
  },
  {
    name: 'orchid-bert-large',
    config: { model_type: 'orchid-bert', hidden_size: 1536 },
    published: { parameters: 254e6, tolerance: 0.01, source: orchid },
    note: head,
  },
  {
    name: 'bert-base',
    config: { model_type: 'bert' },
    published: { parameters: 110e6, tolerance: 0.01, source: bert },
    note: head,
  },
  {
    name: 'bert-large',
    config: large,
    // Published rounded: 24 layers of 12.6 M and the tables make 335 M.
    published: { parameters: 340e6, tolerance: 0.015, source: bert },
    note: head,
  },
  {
    name: 'recall',
    config: { model_type: 'orchid-recall', vocab_size: 20 },
    published: { parameters: 160e3, tolerance: 0.01, source: orchid },
    note: 'associative recall with 20 tokens at length 128',
  },
];
