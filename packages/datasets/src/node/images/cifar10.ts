// CIFAR-10 from its official binary version.
import { parseCifar10 } from '../../images/cifar10.ts';
import { openDataFiles } from '../data-files.ts';
import type { ImageSplits } from './mnist.ts';

/**
 * Reads `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.
 *
 * @param path the folder that has them, one above, or the archive `cifar-10-binary.tar.gz`
 * @throws Error naming the file that is missing or damaged
 */
export async function readCifar10(path: string): Promise<ImageSplits> {
  const files = await openDataFiles(path, ['.bin']);
  const read = async (wanted: readonly string[]) => {
    const found = wanted.map((name) => {
      const at = files.names.find((file) => file === name || file.endsWith(`/${name}`));
      if (at === undefined) throw new Error(`${path}: there is no ${name} in it`);
      return at;
    });
    const bytes = await Promise.all(found.map((name) => files.read(name)));
    return parseCifar10(new Map(found.map((name, i) => [`${path}/${name}`, bytes[i]!])));
  };
  return {
    train: await read([1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`)),
    test: await read(['test_batch.bin']),
  };
}
