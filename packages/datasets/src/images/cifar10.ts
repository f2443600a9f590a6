// CIFAR-10's official binary files: records of a label and the red, the green and the blue plane of a 32 by 32 image.
import type { Images } from './images.ts';

export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const SIDE = 32;
const PLANE = SIDE * SIDE;
const RECORD = 1 + 3 * PLANE;

/**
 * The images of one or more such files (`data_batch_1.bin` and so on), in order.
 *
 * @param files by name, for errors
 * @throws Error at a file that is not whole records, or a label above 9
 */
export function parseCifar10(files: ReadonlyMap<string, Uint8Array>): Images {
  let count = 0;
  for (const [name, bytes] of files) {
    if (bytes.length === 0 || bytes.length % RECORD !== 0) {
      throw new Error(`${name}: ${bytes.length} bytes; want whole CIFAR-10 records of ${RECORD}`);
    }
    count += bytes.length / RECORD;
  }
  const pixels = new Uint8Array(count * 3 * PLANE);
  const labels = new Int32Array(count);
  let image = 0;
  for (const [name, bytes] of files) {
    for (let at = 0; at < bytes.length; at += RECORD, image++) {
      const label = bytes[at]!;
      if (label >= CIFAR10_CLASSES.length) {
        throw new Error(
          `${name}: the label of record ${at / RECORD} is ${label}; want 0..9. Is it CIFAR-10's binary version?`,
        );
      }
      labels[image] = label;
      const to = image * 3 * PLANE;
      for (let channel = 0; channel < 3; channel++) {
        const from = at + 1 + channel * PLANE;
        for (let i = 0; i < PLANE; i++) pixels[to + 3 * i + channel] = bytes[from + i]!;
      }
    }
  }
  return { pixels, labels, height: SIDE, width: SIDE, channels: 3, classes: CIFAR10_CLASSES };
}
