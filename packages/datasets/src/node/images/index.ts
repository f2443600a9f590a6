// Images from files, for one import.
export { readCifar10 } from './cifar10.ts';
export { BadImageError, type Decoded, type DecodeOptions, decodeImage } from './decode.ts';
export {
  findSplits,
  type ImageList,
  listImageFolder,
  type OnBadImage,
  type ReadImages,
  type ReadImagesOptions,
  readImageFolder,
  type StreamedImages,
  type StreamImagesOptions,
  streamImageFolder,
  streamImages,
} from './folder.ts';
export { type ImageSplits, readMnist } from './mnist.ts';
