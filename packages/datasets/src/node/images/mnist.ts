// MNIST, and whatever else comes as its four files (Fashion-MNIST, KMNIST, EMNIST's digits).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Idx, idxImages, parseIdx } from '../../images/idx.ts';
import type { Images } from '../../images/images.ts';
import { explain } from '../data-files.ts';

/** Both parts of a set of images. */
export interface ImageSplits {
  readonly train: Images;
  readonly test: Images;
}

/**
 * Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte` of a
 * folder, compressed (`.gz`) or not; a point in place of the last hyphen but one is taken, too.
 *
 * @throws Error naming the file that is missing, damaged, or does not fit the others
 */
export async function readMnist(folder: string): Promise<ImageSplits> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw explain(folder, error);
  }
  const read = async (part: string, what: string): Promise<Idx> => {
    const wanted = `${part}-${what}-ubyte`;
    const name = names.find((name) => new RegExp(`^${part}-${what.replace('-', '[-.]')}-ubyte(\\.gz)?$`).test(name));
    if (name === undefined) throw new Error(`${folder}: there is no ${wanted} or ${wanted}.gz in it`);
    return parseIdx(await bytesOf(join(folder, name)), join(folder, name));
  };
  const both = async (part: string): Promise<Images> => {
    const [images, labels] = await Promise.all([read(part, 'images-idx3'), read(part, 'labels-idx1')]);
    return idxImages(images, labels);
  };
  const [train, test] = await Promise.all([both('train'), both('t10k')]);
  return { train, test: { ...test, classes: train.classes } };
}

/** A file's bytes, decompressed where its name ends in .gz. @throws Error naming the file */
export async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path);
    return path.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw new Error(`${path}: it is damaged gzip: ${message}`, { cause: error });
    throw explain(path, error);
  }
}
