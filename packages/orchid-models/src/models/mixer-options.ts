// Translates a configuration's keys into the mixer's options.
import type { MixerConfig } from '../config/mixer-keys.ts';
import type { MixerOptions } from '../mixers/mixer.ts';
import type { OrchidMixerOptions } from '../mixers/orchid.ts';

/** The options of every mixer of a model. */
export function mixerOptions(config: MixerConfig): MixerOptions {
  const { hidden_size: width, max_position_embeddings: lMax, num_attention_heads: heads } = config;
  const filter = {
    order: config.filter_order,
    embDim: config.filter_emb_dim,
    numInnerMlps: config.filter_num_inner_mlps,
    w: config.filter_frequency,
  };
  switch (config.mixer) {
    case 'attention':
      return { kind: 'attention', width, heads };
    case 'linformer':
      return { kind: 'linformer', width, lMax, heads, k: config.linformer_k, shareKeyValue: config.linformer_share_kv };
    case 'reformer':
      return {
        kind: 'reformer',
        width,
        lMax,
        heads,
        rounds: config.num_hashes,
        chunk: config.lsh_attn_chunk_length,
        hashSeed: config.hash_seed,
        ...(config.num_buckets === null ? {} : { buckets: config.num_buckets }),
      };
    case 'routing':
      return {
        kind: 'routing',
        width,
        heads,
        clusters: config.routing_num_clusters ?? Math.max(1, Math.round(Math.sqrt(lMax))),
        window: config.routing_window_size ?? undefined,
      };
    case 'hyena':
      return {
        kind: 'hyena',
        width,
        lMax,
        order: config.hyena_order,
        mode: config.hyena_mode,
        shortFilterOrder: config.short_filter_order,
        filter,
      };
    case 'orchid':
      return orchidOptions(config, { width, lMax, filter });
  }
}

function orchidOptions(
  config: MixerConfig,
  common: Pick<OrchidMixerOptions, 'width' | 'lMax' | 'filter'>,
): { kind: 'orchid' } & OrchidMixerOptions {
  return {
    kind: 'orchid',
    ...common,
    conditioning: config.conditioning,
    transform: config.transform,
    norm: config.fft_norm,
    kernelDomain: config.kernel_domain,
    shortFilterOrder: config.short_filter_order,
    residualLongConv: config.residual_long_conv,
    network: {
      filterSize: config.conditioning_filter_size,
      layers: config.conditioning_layers,
      normLayer: config.conditioning_norm,
      paddingMode: config.conditioning_padding,
      // The choice is dft's; of real cosine coefficients the network takes the magnitude.
      magnitude: config.transform === 'dct' ? 'abs' : config.conditioning_magnitude,
      activation: config.conditioning_activation,
      activationOn: config.conditioning_activation_on,
    },
  };
}
