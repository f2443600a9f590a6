// What a model is built of: by its own configuration, since a pretrained one is not what the preset says.
import type { Model, ModelConfig } from '@orchid-ml/orchid-models';

type Mixed = Extract<ModelConfig, { mixer: string }>;

/** The mixer of a model: BERT and ViT have no choice of them. */
export function mixerOf({ config }: Model): string {
  return 'mixer' in config ? config.mixer : 'attention';
}

/** `2 Orchid layers, width 64, type I, DCT`. */
export function architecture({ config }: Model): string {
  const [name, how] = 'mixer' in config ? sayMixer(config) : ['attention', `${config.num_attention_heads} heads`];
  return `${config.num_hidden_layers} ${name} layers, width ${config.hidden_size}, ${how}`;
}

function sayMixer(config: Mixed): [name: string, how: string] {
  const heads = `${config.num_attention_heads} heads`;
  switch (config.mixer) {
    case 'attention':
      return ['attention', heads];
    case 'hyena':
      return ['Hyena', `order ${config.hyena_order}, ${config.hyena_mode}`];
    case 'linformer':
      return ['Linformer', `${heads}, k ${config.linformer_k}`];
    case 'reformer':
      return ['Reformer', `${heads}, ${config.num_hashes} hash rounds, chunks of ${config.lsh_attn_chunk_length}`];
    case 'routing':
      return ['Routing', heads];
    case 'orchid':
      return ['Orchid', `type ${config.conditioning}, ${config.transform.toUpperCase()}`];
  }
}
