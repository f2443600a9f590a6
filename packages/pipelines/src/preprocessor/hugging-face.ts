// preprocessor_config.json as Hugging Face's image processors write it, as our own: ViT's, and others that resize, crop and scale
// alike.
import { z } from 'zod';
import type { PreprocessorInput } from './schema.ts';

const side = z.int().min(1);
const sides = z.object({ height: side, width: side });

const schema = z.object({
  size: z
    .union([side, sides, z.object({ shortest_edge: side })], {
      error: 'want an integer, or an object of height and width, or of shortest_edge',
    })
    .describe('Of the image as the model takes it, or its shorter side before it is cropped.'),
  crop_size: z.union([side, sides], { error: 'want an integer, or an object of height and width' }).optional(),
  do_center_crop: z.boolean().default(false),
  do_resize: z.literal(true).default(true),
  do_rescale: z.literal(true).default(true),
  rescale_factor: z
    .number()
    .refine((factor) => Math.abs(factor * 255 - 1) < 1e-6, 'want 1/255')
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: z.array(z.number()).min(1),
  image_std: z.array(z.number().positive()).min(1),
});

/** Of files that name no task. */
export const huggingFaceImages = schema;

/** What such a file says, in our own keys. @throws Error when its crop is larger than what is cropped */
export function fromHuggingFace(found: z.output<typeof schema>): PreprocessorInput {
  const { size, crop_size: crop, do_center_crop: doCrop, do_normalize: scaled } = found;
  const both = (value: number | z.output<typeof sides>) =>
    typeof value === 'number' ? { height: value, width: value } : { height: value.height, width: value.width };
  const isShortest = typeof size === 'object' && 'shortest_edge' in size;
  if (isShortest && !(doCrop && crop !== undefined)) {
    throw new Error(
      'size is a shortest_edge, which gives images of any size; want do_center_crop and a crop_size with it',
    );
  }
  const resized = isShortest ? both(size.shortest_edge) : both(size);
  const target = doCrop && crop !== undefined ? both(crop) : resized;
  const share = Math.max(target.height / resized.height, target.width / resized.width);
  if (share > 1) throw new Error('crop_size is larger than size; want at most as much');
  const channels = found.image_mean.length;
  return {
    task: 'image-classification',
    size: target,
    num_channels: channels === 1 ? 1 : 3,
    image_mean: scaled ? found.image_mean : Array<number>(channels).fill(0),
    image_std: scaled ? found.image_std : Array<number>(channels).fill(1),
    crop_pct: doCrop && crop !== undefined ? share : null,
  };
}
