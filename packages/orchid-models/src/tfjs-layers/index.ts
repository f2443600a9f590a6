// @orchid-ml/orchid-models/tfjs-layers: dd-conv and Orchid blocks for tf.sequential() and tf.model(). Importing it registers the
// classes, so that saved models that hold them load.
export { type DdConvArgs, DdConvLayer, ddConv1d } from './dd-conv.ts';
export type { LayerMixerOptions } from './mixer-options.ts';
export { type OrchidBlockArgs, OrchidBlockLayer, orchidBlock } from './orchid-block.ts';
export { type OrchidMixerArgs, OrchidMixerLayer, orchidMixer } from './orchid-mixer.ts';
