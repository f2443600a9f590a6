// Writes safetensors files in the layout that Python's writer uses, so that the bytes depend on the content alone.
import {
  DTYPES,
  elementCount,
  isDtype,
  narrowToBrainFloat,
  narrowToHalf,
  type SafetensorsDtype,
  type SafetensorsTensor,
} from './dtypes.ts';

function fail(message: string): never {
  throw new Error(`encodeSafetensors: ${message}`);
}

/**
 * Encodes tensors as the bytes of a safetensors file. The widest element types come first and names are sorted within
 * them, so every tensor is aligned to its element; the header is padded with spaces to a multiple of 8 bytes.
 *
 * F16 and BF16 take their values as a Float32Array, as `decodeSafetensors` gives them, and round to the nearest, ties to even.
 *
 * Errors: the name `__metadata__`, an unknown dtype, data of the wrong class or length, a shape that is not counts, a
 * metadata value that is not a string.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Readonly<SafetensorsTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...tensors].map(([name, tensor]) => {
    check(name, tensor);
    return { name, tensor, width: DTYPES[tensor.dtype].bytes };
  });
  entries.sort((a, b) => b.width - a.width || (a.name < b.name ? -1 : 1));

  // A list of pairs, because an object literal would sort names that look like numbers before all others.
  const members: string[] = [];
  const keys = Object.keys(metadata).sort();
  for (const key of keys) {
    if (typeof metadata[key] !== 'string') fail(`metadata.${key} is a ${typeof metadata[key]}, want a string`);
  }
  if (keys.length > 0) members.push(`"__metadata__":${JSON.stringify(metadata, keys)}`);
  let end = 0;
  for (const { name, tensor, width } of entries) {
    const begin = end;
    end += tensor.data.length * width;
    const description = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(description)}`);
  }
  const header = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerBytes = Math.ceil(header.byteLength / 8) * 8;

  const out = new Uint8Array(8 + headerBytes + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes), true);
  out.fill(0x20, 8, 8 + headerBytes);
  out.set(header, 8);
  let position = 8 + headerBytes;
  for (const { tensor } of entries) {
    const { buffer, byteOffset, byteLength } = stored(tensor);
    out.set(new Uint8Array(buffer, byteOffset, byteLength), position);
    position += byteLength;
  }
  return out;
}

/** The array whose bytes are the tensor's in the file. */
function stored({ dtype, data }: Readonly<SafetensorsTensor>): ArrayBufferView {
  if (dtype === 'F16') return narrowToHalf(data as Float32Array);
  return dtype === 'BF16' ? narrowToBrainFloat(data as Float32Array) : data;
}

function check(name: string, { dtype, shape, data }: Readonly<SafetensorsTensor>): void {
  if (name === '__metadata__')
    fail("a tensor may not be called '__metadata__': the format keeps the name for metadata");
  if (!isDtype(dtype))
    fail(`tensor '${name}' has the unknown dtype ${JSON.stringify(dtype)}; known: ${Object.keys(DTYPES).join(', ')}`);
  const { array } = DTYPES[dtype as SafetensorsDtype];
  const wanted = array ?? Float32Array;
  if (!(data instanceof wanted)) {
    fail(
      `tensor '${name}' of dtype ${dtype} wants its data as ${wanted.name}, got ${(data as object)?.constructor?.name ?? typeof data}`,
    );
  }
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    fail(`tensor '${name}' has the shape [${shape}], want counts`);
  }
  if (elementCount(shape) !== data.length) {
    fail(`tensor '${name}' of shape [${shape}] wants ${elementCount(shape)} values, got ${data.length}`);
  }
}
