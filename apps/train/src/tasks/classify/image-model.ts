// From a preset's keys to a model of images, and to how images are made for it.
import type { ModelConfigInput } from '@orchid-ml/orchid-models';
import type { ImageClassificationPreprocessor } from '@orchid-ml/pipelines';
import type { ImageConfig } from '../../config/signal-schema.ts';
import type { Statistics } from './augment.ts';

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

/** @param share of an image's middle region that is taken along each side; null takes all of the image */
export function imagePreprocessor(
  { data }: ImageConfig,
  channels: 1 | 3,
  { mean, deviation }: Statistics,
  share: number | null,
): ImageClassificationPreprocessor {
  return {
    task: 'image-classification',
    size: { height: data.image_size, width: data.image_size },
    num_channels: channels,
    image_mean: [...mean],
    image_std: [...deviation],
    crop_pct: share,
  };
}
