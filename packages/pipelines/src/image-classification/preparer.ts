// Reads pixels for a model of images.
import type { ConfigOf } from '@orchid-ml/orchid-models';
import { checkCount, checkObject, checkTop, shown } from '../checks.ts';
import { InputError } from '../input-error.ts';
import { missingPreprocessor } from '../missing.ts';
import { PREPROCESSOR_FILE } from '../preprocessor/parse.ts';
import type { ImageClassificationPreprocessor } from '../preprocessor/schema.ts';
import type { Prepared, Preparer, TopOptions } from '../types.ts';
import { modelPixels, type Pixels } from './pixels.ts';

/** An image of any size; one that has the model's size is taken as it is. */
export type ImageClassificationInput = Pixels;

export interface ImageClassificationPrepared extends Prepared {
  readonly task: 'image-classification';
  /** float32 [height, width, channels] of the model's size, normalised */
  readonly pixels: Float32Array;
  readonly top: number;
}

export type ImageClassificationConfig = ConfigOf<'orchid-vit' | 'vit'>;

export class ImageClassificationPreparer
  implements Preparer<ImageClassificationInput, TopOptions, ImageClassificationPrepared>
{
  readonly task = 'image-classification';
  readonly config: ImageClassificationConfig;
  readonly preprocessor: ImageClassificationPreprocessor;
  readonly #positions: number;

  /** @throws Error saying which file is missing, or which key does not fit the model */
  constructor(config: ImageClassificationConfig, preprocessor: ImageClassificationPreprocessor | null) {
    const { image_size: side, num_channels: channels, patch_size: patch } = config;
    const [height, width] = typeof side === 'number' ? [side, side] : side;
    if (!preprocessor) {
      const [image_mean, image_std] = [0.5, 0.5].map((value) => Array<number>(channels).fill(value));
      const size = { height, width };
      throw missingPreprocessor('images', {
        task: 'image-classification',
        size,
        num_channels: channels,
        image_mean,
        image_std,
        crop_pct: null,
      });
    }
    const { size } = preprocessor;
    if (size.height !== height || size.width !== width) {
      throw new Error(
        `${PREPROCESSOR_FILE}: size is ${size.height} by ${size.width}; the model's image_size is ${height} by ${width}`,
      );
    }
    if (preprocessor.num_channels !== channels) {
      throw new Error(`${PREPROCESSOR_FILE}: num_channels is ${preprocessor.num_channels}; the model has ${channels}`);
    }
    this.config = config;
    this.preprocessor = preprocessor;
    const hasToken = config.model_type === 'vit' || config.pooling === 'cls';
    this.#positions = (height / patch) * (width / patch) + Number(hasToken);
  }

  prepare(input: ImageClassificationInput, { top }: TopOptions = {}): ImageClassificationPrepared {
    checkObject('input', input);
    checkPixels(input);
    return {
      task: 'image-classification',
      bucket: 'image',
      positions: this.#positions,
      pixels: modelPixels(input, this.preprocessor),
      top: checkTop(top),
    };
  }
}

function checkPixels({ pixels, height, width, channels }: Pixels): void {
  if (!(pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray)) {
    throw new InputError('pixels', `pixels is ${shown(pixels)}; want a Uint8Array or a Uint8ClampedArray`);
  }
  checkCount('height', height);
  checkCount('width', width);
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new InputError('channels', `channels is ${shown(channels)}; want 1 (grey), 3 (RGB) or 4 (RGB and alpha)`);
  }
  const wanted = height * width * channels;
  if (pixels.length !== wanted) {
    throw new InputError(
      'pixels',
      `pixels has ${pixels.length} values; want ${wanted}, those of ${height} by ${width} by ${channels}`,
    );
  }
}
