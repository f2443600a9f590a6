// Translates a configuration's keys into the mixer's options.
import type { MixerConfig } from '../config/mixer-keys.ts';
import type { MixerOptions } from '../mixers/mixer.ts';

/** The options of every mixer of a model. */
export function mixerOptions(config: MixerConfig): MixerOptions {
  if (config.mixer === 'attention') {
    return { kind: 'attention', width: config.hidden_size, heads: config.num_attention_heads };
  }
  return {
    kind: 'orchid',
    width: config.hidden_size,
    lMax: config.max_position_embeddings,
    conditioning: config.conditioning,
    transform: config.transform,
    norm: config.fft_norm,
    kernelDomain: config.kernel_domain,
    shortFilterOrder: config.short_filter_order,
    residualLongConv: config.residual_long_conv,
    filter: {
      order: config.filter_order,
      embDim: config.filter_emb_dim,
      numInnerMlps: config.filter_num_inner_mlps,
      w: config.filter_frequency,
    },
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
