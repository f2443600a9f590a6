// ImageNet, or any folders of photographs: read, decoded, cropped and resized while the model learns.
import { IMAGENET_STATISTICS, normalise, StreamedDataset, subset } from '@orchid-ml/datasets';
import {
  findSplits,
  type ImageList,
  listImageFolder,
  type StreamedImages,
  type StreamImagesOptions,
  streamImages,
} from '@orchid-ml/datasets/node';
import type { ImagenetConfig } from '../../config/signal-schema.ts';
import { augmentation, mixing } from './augment.ts';
import { imageModelKeys, imagePreprocessor, patches } from './image-model.ts';
import { classKind } from './kind.ts';
import { splitOff } from './small-images.ts';
import type { ClassSource } from './source.ts';

interface Lists {
  readonly train: ImageList;
  readonly test: ImageList;
}

const { mean, deviation } = IMAGENET_STATISTICS;
const scaled = normalise(mean, deviation);
/** Of the sides of an image that is judged: 224 of 256 pixels. */
const CENTRE_SHARE = 0.875;
/** The `test` of ImageNet as it is handed out is one folder of images without labels. */
const TESTS = ['val', 'valid', 'validation', 'test'];

const source: ClassSource<ImagenetConfig, Lists> = {
  name: 'imagenet',
  title: 'Training Orchid on folders of images',
  example: 'image',
  wants: 'a folder with the folders train and val (or test), each with a folder of images for each class',
  fixed: ['data.image_size'],

  async load(_config, folder) {
    const paths = findSplits(folder, TESTS);
    const train = await listImageFolder(paths.train);
    return { loaded: { train, test: await listImageFolder(paths.test, train.classes) }, skipped: 0 };
  },

  classesOf: ({ train }) => train.classes,

  dataset(config, { train, test }) {
    const { image_size: size, crop_area, on_bad_image, prefetch, validation_examples: held } = config.data;
    const options = { height: size, width: size, onBadImage: on_bad_image };
    const plain: StreamImagesOptions = {
      ...options,
      region: { kind: 'centre', share: CENTRE_SHARE },
      transform: scaled,
    };
    const augmented: StreamImagesOptions = {
      ...options,
      region: { kind: 'random', scale: [crop_area, 1] },
      transform: augmentation(config, IMAGENET_STATISTICS),
    };
    const [learned, heldOut] = [streamImages(train, augmented), streamImages(train, plain)];
    const parts = splitOff(train.labels.length, held);
    const tested: StreamedImages = streamImages(test, plain);
    const of = { batchSize: config.training.batch_size, seed: config.seed };
    const data = new StreamedDataset({
      ...of,
      ahead: prefetch,
      train: subset(learned, parts.train),
      evaluation: held > 0 ? subset(heldOut, parts.held) : tested,
      ...mixing(config.data),
    });
    const batchSize = Math.min(of.batchSize, test.labels.length);
    return {
      data,
      testCount: test.labels.length,
      passedOver: () => new Set([...learned.skipped, ...heldOut.skipped]).size + tested.skipped.size,
      test: () => new StreamedDataset({ ...of, batchSize, train: tested, evaluation: tested }).evalBatches(),
    };
  },

  positions: patches,
  model: (config) => imageModelKeys(config, 3),

  preprocessor: (config) => imagePreprocessor(config, 3, IMAGENET_STATISTICS, CENTRE_SHARE),
};

export const imagenet = classKind(source);
