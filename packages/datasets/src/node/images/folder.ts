// Images sorted into folders, one a class: read into memory where they are small, streamed where they are not.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClassFolders, classFolders } from '../../class-folders.ts';
import type { StreamedSource } from '../../examples/source.ts';
import type { Images } from '../../images/images.ts';
import { type PictureTransform, pictureOf } from '../../images/picture.ts';
import { centreRegion, drawRegion, type Region, type ResizedCropOptions } from '../../images/transforms/crop.ts';
import { type DataFiles, isArchive, openDataFiles } from '../data-files.ts';
import { BadImageError, type DecodeOptions, decodeImage, IMAGE_ENDINGS } from './decode.ts';

/** What is done about an image that does not decode: it is passed over and counted, or ends the reading. */
export type OnBadImage = 'skip' | 'throw';

export interface ReadImagesOptions {
  /** All are brought to this size. Default: as they are, all of the same. */
  readonly size?: { readonly height: number; readonly width: number };
  /** Default 3. */
  readonly channels?: 1 | 3;
  /** The classes in the order of their labels, as those of the training part. Default: the folders there are, sorted. */
  readonly classes?: readonly string[];
  /** Default 'throw'. */
  readonly onBadImage?: OnBadImage;
  /** Called now and then. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Images, and what was passed over. */
export type ReadImages = Images & { readonly skipped: readonly string[] };

/** Images that are decoded at once. */
const AT_ONCE = 32;

/**
 * Reads a folder of class folders, or an archive of one, into memory.
 *
 * @throws Error naming the image that does not decode (unless those are skipped) or is of another size than the others
 */
export async function readImageFolder(path: string, options: ReadImagesOptions = {}): Promise<ReadImages> {
  const { size, channels = 3, onBadImage = 'throw', onProgress } = options;
  const files = await openDataFiles(path, IMAGE_ENDINGS);
  const { names, labels, classes } = classFolders(files.names, path, options.classes);
  const decode: DecodeOptions = { channels, ...(size && { size }) };
  const skipped: string[] = [];
  const kept: number[] = [];
  let extent = size;
  let pixels = new Uint8Array(0);
  for (let first = 0; first < names.length; first += AT_ONCE) {
    const some = names.slice(first, first + AT_ONCE);
    const decoded = await Promise.all(some.map((name) => decodeOrSkip(files, name, decode, onBadImage, skipped)));
    for (const [i, image] of decoded.entries()) {
      if (!image) continue;
      if (extent === undefined || pixels.length === 0) {
        extent = { height: image.height, width: image.width };
        pixels = new Uint8Array(names.length * image.bytes.length);
      }
      if (image.height !== extent.height || image.width !== extent.width) {
        throw new Error(
          `${path}/${some[i]}: it has ${image.height} by ${image.width} pixels, those before it ` +
            `${extent.height} by ${extent.width}; want all the same, or a size to bring them to`,
        );
      }
      pixels.set(image.bytes, kept.length * image.bytes.length);
      kept.push(first + i);
    }
    onProgress?.(Math.min(names.length, first + AT_ONCE), names.length);
  }
  if (kept.length === 0) throw new Error(`${path}: none of its ${names.length} images decodes`);
  const { height, width } = extent!;
  return {
    pixels: pixels.subarray(0, kept.length * height * width * channels),
    labels: Int32Array.from(kept, (i) => labels[i]!),
    height,
    width,
    channels,
    classes,
    skipped: skipped.sort(),
  };
}

export interface StreamImagesOptions {
  /** Of the examples: pixels. */
  readonly height: number;
  readonly width: number;
  readonly channels?: 1 | 3;
  /**
   * The part of an image that is used: a random one, as `randomResizedCrop` draws it, or the middle: that of the example's
   * proportions, of which `share` (default 0.875, as 224 of 256) of the height and the width is kept.
   */
  readonly region:
    | ({ readonly kind: 'random' } & ResizedCropOptions)
    | { readonly kind: 'centre'; readonly share?: number };
  /** After decoding, cropping and resizing, of pictures of that size: augmentation, normalising. It keeps the size. */
  readonly transform?: PictureTransform;
  /** Default 'skip': of a million images some are damaged. */
  readonly onBadImage?: OnBadImage;
}

/** Images as they are asked for, and what was passed over so far. */
export type StreamedImages = StreamedSource & { readonly skipped: ReadonlySet<string> };

/** The images of a folder, by name; plain data, so that a thread can be sent it and need not look for them again. */
export interface ImageList extends ClassFolders {
  readonly path: string;
}

/**
 * The images in the class folders of a folder.
 *
 * @throws Error when it has none
 */
export async function listImageFolder(path: string, classes?: readonly string[]): Promise<ImageList> {
  if (isArchive(path)) {
    throw new Error(`${path}: it is an archive; want the folder that it holds, or to read it into memory`);
  }
  const files = await openDataFiles(path, IMAGE_ENDINGS);
  return { path, ...classFolders(files.names, path, classes) };
}

/** The examples of a list, each read, decoded, cropped and resized when it is asked for. */
export function streamImages(
  { path, names, labels, classes }: ImageList,
  { height, width, channels = 3, region, transform, onBadImage = 'skip' }: StreamImagesOptions,
): StreamedImages {
  const files = { path, names, read: (name: string) => readFile(join(path, name)) };
  const skipped = new Set<string>();
  return {
    labels,
    classes,
    shape: [height, width, channels],
    skipped,
    read: async (index, rng) => {
      const choose = (size: { height: number; width: number }): Region =>
        region.kind === 'random'
          ? drawRegion(size, rng, region)
          : centreRegion(size, { height, width }, region.share ?? 0.875);
      const bad: string[] = [];
      const decode = { channels, region: choose, size: { height, width } };
      const image = await decodeOrSkip(files, names[index]!, decode, onBadImage, bad);
      for (const one of bad) skipped.add(one);
      if (!image) return null;
      const picture = pictureOf(image.bytes, height, width, channels);
      return (transform?.(picture, rng) ?? picture).pixels;
    },
  };
}

/**
 * The examples of a folder of class folders.
 *
 * @throws Error when the folder has no images; when reading, at one that does not decode, unless those are skipped
 */
export async function streamImageFolder(
  path: string,
  { classes, ...options }: StreamImagesOptions & { readonly classes?: readonly string[] },
): Promise<StreamedImages> {
  return streamImages(await listImageFolder(path, classes), options);
}

async function decodeOrSkip(
  files: DataFiles,
  name: string,
  options: DecodeOptions,
  onBadImage: OnBadImage,
  skipped: string[],
) {
  try {
    return await decodeImage(await files.read(name), `${files.path}/${name}`, options);
  } catch (error) {
    if (onBadImage === 'throw' || !(error instanceof BadImageError)) throw error;
    skipped.push(name);
    return null;
  }
}

/**
 * Where a data set has its parts, folders or archives of the parts' names: `train`, and what to test on.
 *
 * @param tests names of the latter, that to be preferred first; ImageNet's `test`, which has no labels, is to be the last
 * @throws Error when one is missing
 */
export function findSplits(
  folder: string,
  tests: readonly string[] = ['test', 'val', 'valid', 'validation'],
): { readonly train: string; readonly test: string } {
  const find = (names: readonly string[]): string => {
    for (const name of names) {
      for (const ending of ['', '.tar.gz', '.tgz', '.tar']) {
        const path = join(folder, `${name}${ending}`);
        if (existsSync(path)) return path;
      }
    }
    throw new Error(
      `${folder}: there is no ${names.join(', ')} in it, neither as a folder nor as .tar.gz, .tgz or .tar`,
    );
  };
  return { train: find(['train']), test: find(tests) };
}
