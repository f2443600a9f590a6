// Images in memory and what can be done to them, for one import.
export { CIFAR10_CLASSES, parseCifar10 } from './cifar10.ts';
export { type Idx, idxImages, parseIdx } from './idx.ts';
export { channelStatistics, type Images, imageExamples, pictureAt } from './images.ts';
export { compose, type Picture, type PictureTransform, pictureOf } from './picture.ts';
export * from './transforms/index.ts';
