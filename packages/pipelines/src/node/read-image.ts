// A compressed image as the pixels that a model wants, by sharp, which is an optional peer.
import { centreRegion } from '@orchid-ml/datasets';
import { BadImageError, decodeImage } from '@orchid-ml/datasets/node';
import type { ImageClassificationInput } from '../image-classification/preparer.ts';
import { InputError } from '../input-error.ts';
import type { ImageClassificationPreprocessor } from '../preprocessor/schema.ts';

export interface ReadImageOptions {
  /** An image with more pixels is refused before it is decoded. Default: sharp's own limit, 16,383 by 16,383. */
  readonly maxPixels?: number;
}

/**
 * Decodes a JPEG, PNG, WebP, GIF (its first picture), TIFF or AVIF image to the model's size and channels, as input for `prepare`.
 *
 * @param of the pipeline, or the preparer
 * @param name what errors call the image, such as a path
 * @throws InputError (field `image`) when it does not decode; Error when sharp is missing
 */
export async function readImage(
  bytes: Uint8Array,
  { preprocessor }: { readonly preprocessor: ImageClassificationPreprocessor },
  name = 'the image',
  { maxPixels }: ReadImageOptions = {},
): Promise<ImageClassificationInput> {
  const { size, num_channels: channels, crop_pct: share } = preprocessor;
  try {
    const { bytes: pixels } = await decodeImage(bytes, name, {
      channels,
      size,
      ...(share !== null && { region: (found) => centreRegion(found, size, share) }),
      ...(maxPixels !== undefined && { maxPixels }),
    });
    return { pixels, height: size.height, width: size.width, channels };
  } catch (error) {
    if (error instanceof BadImageError) throw new InputError('image', error.message, { cause: error });
    throw error;
  }
}
