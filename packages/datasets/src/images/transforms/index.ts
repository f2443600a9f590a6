// What can be done to pictures, for one import.
export {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  colourJitter,
  type JitterOptions,
} from './colour.ts';
export {
  centreCrop,
  centreRegion,
  crop,
  drawRegion,
  pad,
  type Region,
  type ResizedCropOptions,
  randomCrop,
  randomResizedCrop,
} from './crop.ts';
export { cutmix } from './cutmix.ts';
export { mirror, randomFlip } from './flip.ts';
export { type Affine, affine, rotate, shear, translate } from './geometry.ts';
export { IMAGENET_STATISTICS, normalise } from './normalise.ts';
export { type RandAugmentOperation, type RandAugmentOptions, randAugment } from './rand-augment.ts';
export { type ErasingOptions, randomErasing } from './random-erasing.ts';
export { resize, resizePicture } from './resize.ts';
export { adjustSharpness, autoContrast, equalise, posterise, solarise } from './tone.ts';
