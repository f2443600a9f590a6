// MNIST and CIFAR-10: images that fit into memory, read once and shared by the threads of a run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  compose,
  ExampleDataset,
  type ExampleSource,
  type Images,
  imageExamples,
  normalise,
  Rng,
  randomCrop,
  resize,
  shuffled,
  subset,
} from '@orchid-ml/datasets';
import { findSplits, readCifar10, readImageFolder, readMnist } from '@orchid-ml/datasets/node';
import type { Cifar10Config, MnistConfig } from '../../config/signal-schema.ts';
import type { Io } from '../../io.ts';
import { sharedCopy } from '../shared-memory.ts';
import { augmentation, mixing, type Statistics } from './augment.ts';
import { imageModelKeys, imagePreprocessor, patches } from './image-model.ts';
import { classKind } from './kind.ts';
import type { ClassData, ClassSource } from './source.ts';

type SmallConfig = MnistConfig | Cifar10Config;

interface Loaded {
  readonly train: Images;
  readonly test: Images;
}

interface SmallSet<C extends SmallConfig> {
  readonly name: C['task'];
  readonly title: string;
  readonly wants: string;
  readonly channels: 1 | 3;
  readonly statistics: Statistics;
  read(folder: string, io: Io): Promise<Loaded>;
}

function smallImages<C extends SmallConfig>(set: SmallSet<C>): ClassSource<C, Loaded> {
  const { channels, statistics } = set;
  const { mean, deviation } = statistics;
  return {
    name: set.name,
    title: set.title,
    example: 'image',
    wants: set.wants,
    fixed: ['data.image_size'],

    async load(_config, folder, io) {
      const { train, test } = await set.read(folder, io);
      const shared = (images: Images): Images => {
        const { labels, height, width, classes } = images;
        return { pixels: sharedCopy(images.pixels), labels, height, width, channels, classes };
      };
      return { loaded: { train: shared(train), test: shared(test) }, skipped: 0 };
    },

    classesOf: ({ train }) => train.classes,

    dataset(config, { train, test }): ClassData {
      const { image_size: size, crop_padding: padding, validation_examples: held } = config.data;
      const isOfSize = [train, test].every(({ height, width }) => height === size && width === size);
      const sized = isOfSize ? [] : [resize(size, size)];
      const plain = compose(...sized, normalise(mean, deviation));
      const augmented = augmentation(config, statistics, [...sized, ...(padding > 0 ? [randomCrop(padding)] : [])]);
      const parts = splitOff(train.labels.length, held);
      const tested = imageExamples(test, plain);
      const options = { batchSize: config.training.batch_size, seed: config.seed };
      const data = new ExampleDataset({
        ...options,
        train: subset(imageExamples(train, augmented), parts.train),
        evaluation: held > 0 ? subset(imageExamples(train, plain), parts.held) : tested,
        ...mixing(config.data),
      });
      return { data, testCount: test.labels.length, test: () => batchesOf(tested, options) };
    },

    positions: patches,
    model: (config) => imageModelKeys(config, channels),

    preprocessor: (config) => imagePreprocessor(config, channels, statistics, null),
  };
}

/** Which examples are kept for evaluations: the same for every seed, so that runs can be compared. */
export function splitOff(count: number, held: number): { readonly train: number[]; readonly held: number[] } {
  if (held >= count) throw new Error(`data.validation_examples is ${held}; there are ${count} to learn from in all`);
  const order = [...shuffled(count, new Rng(0, 'validation'))];
  return { held: order.slice(0, held).sort((a, b) => a - b), train: order.slice(held).sort((a, b) => a - b) };
}

/** A part in order, in batches. */
export function batchesOf(part: ExampleSource, { batchSize, seed }: { batchSize: number; seed: number }) {
  return new ExampleDataset({
    train: part,
    evaluation: part,
    batchSize: Math.min(batchSize, part.labels.length),
    seed,
  }).evalBatches();
}

export const mnist = classKind<MnistConfig, Loaded>(
  smallImages<MnistConfig>({
    name: 'mnist',
    title: 'Training Orchid on MNIST',
    wants: 'the folder of train-images-idx3-ubyte(.gz) and the three files beside it',
    channels: 1,
    statistics: { mean: [0.1307], deviation: [0.3081] },
    read: readMnist,
  }),
);

export const cifar10 = classKind<Cifar10Config, Loaded>(
  smallImages<Cifar10Config>({
    name: 'cifar10',
    title: 'Training Orchid on CIFAR-10',
    wants:
      "the folder (or archive) of CIFAR-10's binary version, or one of train and test, folders or .tar.gz of class folders",
    channels: 3,
    statistics: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
    read: (folder) => (hasParts(folder) ? readParts(folder) : readCifar10(folder)),
  }),
);

function hasParts(folder: string): boolean {
  return ['train', 'train.tar.gz', 'train.tgz', 'train.tar'].some((name) => existsSync(join(folder, name)));
}

async function readParts(folder: string): Promise<Loaded> {
  const paths = findSplits(folder);
  const train = await readImageFolder(paths.train);
  return { train, test: await readImageFolder(paths.test, { classes: train.classes }) };
}
