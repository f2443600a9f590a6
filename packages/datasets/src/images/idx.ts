// The idx format of MNIST and its kin: a big-endian header that gives the type and the sizes, and then the values.
import type { Images } from './images.ts';

export interface Idx {
  readonly dimensions: readonly number[];
  /** unsigned bytes, row-major; a view of what was parsed */
  readonly values: Uint8Array;
}

const TYPES: Readonly<Record<number, string>> = {
  8: 'unsigned bytes',
  9: 'signed bytes',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};
const UNSIGNED_BYTES = 8;

/**
 * Reads idx data of unsigned bytes (http://yann.lecun.com/exdb/mnist, "the idx file format").
 *
 * @param name what errors call it, such as a path
 * @throws Error when the data are not idx, of another type, truncated, or longer than their header says
 */
export function parseIdx(bytes: Uint8Array, name = 'idx data'): Idx {
  const fail = (what: string): never => {
    throw new Error(`${name}: ${what}`);
  };
  if (bytes.length < 4) fail(`${bytes.length} bytes; want an idx file, which starts with 4 that say what it holds`);
  const [zero, zeroToo, type, rank] = bytes as unknown as [number, number, number, number];
  if (zero === 0x1f && zeroToo === 0x8b) fail('it is compressed (gzip); want it decompressed, or read by readMnist');
  if (zero !== 0 || zeroToo !== 0 || !(type in TYPES) || rank === 0) {
    const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    fail(`it starts with ${magic}, which is not the mark of an idx file (00 00, a type, a number of dimensions)`);
  }
  if (type !== UNSIGNED_BYTES) fail(`it holds ${TYPES[type]}; want unsigned bytes`);
  const header = 4 + 4 * rank;
  if (bytes.length < header) fail(`it ends within its header, after ${bytes.length} of ${header} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = dimensions.reduce((product, size) => product * size, 1);
  const values = bytes.subarray(header);
  if (values.length !== wanted) {
    const how = values.length < wanted ? 'it is truncated' : 'it is too long';
    fail(`${how}: ${values.length} values after the header; want ${wanted}, those of [${dimensions.join(', ')}]`);
  }
  return { dimensions, values };
}

/**
 * Images and their labels as MNIST has them: idx of [count, height, width] and of [count].
 *
 * @param classes names by label. Default: 0 to the largest label
 * @throws Error when they do not fit each other
 */
export function idxImages(images: Idx, labels: Idx, classes?: readonly string[]): Images {
  const shapeOf = ({ dimensions }: Idx) => `[${dimensions.join(', ')}]`;
  const [count, height, width] = images.dimensions;
  if (images.dimensions.length !== 3 || labels.dimensions.length !== 1) {
    throw new Error(
      `idxImages: images of ${shapeOf(images)} and labels of ${shapeOf(labels)}; want [count, height, width] and [count]`,
    );
  }
  if (labels.dimensions[0] !== count) {
    throw new Error(`idxImages: ${count} images and ${labels.dimensions[0]} labels; want as many of both`);
  }
  const numbers = Int32Array.from(labels.values);
  const most = numbers.reduce((largest, label) => Math.max(largest, label), -1);
  const names = classes ?? Array.from({ length: most + 1 }, (_, i) => String(i));
  if (most >= names.length) throw new Error(`idxImages: a label is ${most}; want 0..${names.length - 1}`);
  return { pixels: images.values, labels: numbers, height: height!, width: width!, channels: 1, classes: names };
}
