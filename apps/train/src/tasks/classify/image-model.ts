// From a preset's keys to a model of images.
import type { ModelConfigInput } from '@orchid-ml/orchid-models';
import type { ImageConfig } from '../../config/signal-schema.ts';

/** Patches of an image, which are the model's positions. */
export function patches({ data, model }: ImageConfig): number {
  return Math.ceil(data.image_size / model.patch_size) ** 2;
}

/** The model's configuration, but for its classes. */
export function imageModelKeys({ data, model }: ImageConfig, channels: number): ModelConfigInput {
  return {
    model_type: 'orchid-vit',
    image_size: data.image_size,
    num_channels: channels,
    ...model,
  } as ModelConfigInput;
}
