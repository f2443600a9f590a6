// Reads a safetensors file from memory, strictly: a file that Python's reader would refuse is refused here too.

import {
  DTYPES,
  elementCount,
  isDtype,
  type SafetensorsArray,
  type SafetensorsDtype,
  type SafetensorsTensor,
  widenBrainFloat,
  widenHalf,
} from './dtypes.ts';
import { duplicateKey } from './duplicate-keys.ts';

/** What a file holds. Tensors come in the order of their bytes. */
export interface DecodedSafetensors {
  tensors: Map<string, SafetensorsTensor>;
  metadata: Record<string, string>;
}

export interface DecodeOptions {
  /**
   * false: arrays are views of the bytes wherever their place in memory allows it, for whoever copies them elsewhere at once.
   * Default true.
   */
  copy?: boolean;
}

/** The format's own limit on the header, which keeps a damaged length field from asking for all memory. */
const MAX_HEADER_BYTES = 100_000_000;

interface Entry {
  name: string;
  dtype: SafetensorsDtype;
  shape: number[];
  begin: number;
  end: number;
}

function fail(message: string): never {
  throw new Error(`decodeSafetensors: ${message}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Decodes the bytes of a safetensors file (8 bytes little-endian header length N, N bytes of JSON, then the tensors).
 *
 * Every array is a copy, so the bytes may be reused afterwards, unless the caller wants none. F16 and BF16 are widened to Float32Array (the `dtype`
 * still says what the file held); I64 and U64 are BigInt arrays; BOOL is a Uint8Array of zeros and ones.
 *
 * Errors: a truncated file, a header that is not JSON, a name that occurs twice, an unknown dtype, a shape or offsets that are not
 * counts, offsets out of range, overlapping or leaving a hole, a byte count that does not fit shape and dtype, bytes
 * after the last tensor.
 */
export function decodeSafetensors(bytes: Uint8Array, { copy = true }: DecodeOptions = {}): DecodedSafetensors {
  if (bytes.byteLength < 8) {
    fail(`the file is truncated: it has ${bytes.byteLength} bytes, and the header's length alone takes 8`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) {
    fail(`the header claims ${headerBytes} bytes, want at most ${MAX_HEADER_BYTES}; is this a safetensors file?`);
  }
  if (bytes.byteLength < 8 + headerBytes) {
    fail(`the file is truncated: it has ${bytes.byteLength} bytes, and its header alone ends at ${8 + headerBytes}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes));
  const body = bytes.subarray(8 + headerBytes);

  const metadata = readMetadata(header.__metadata__);
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') entries.push(readEntry(name, value, body.byteLength));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, body.byteLength);
  return { tensors: new Map(entries.map((entry) => [entry.name, readTensor(entry, body, copy)])), metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    return fail(`the header is not JSON (${(error as Error).message})`);
  }
  if (!isRecord(header)) return fail('the header is not a JSON object');
  if (!text.startsWith('{')) return fail('the header begins with a blank; want {');
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`the header has '${twice}' twice in one object`);
  return header;
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) return fail('__metadata__ is not a JSON object');
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== 'string') fail(`__metadata__.${key} is a ${typeof entry}, want a string`);
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown, bodyBytes: number): Entry {
  if (!isRecord(value)) return fail(`tensor '${name}' has no description`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    return fail(
      `tensor '${name}' has the unknown dtype ${JSON.stringify(dtype)}; known: ${Object.keys(DTYPES).join(', ')}`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    return fail(`tensor '${name}' has the shape ${JSON.stringify(shape)}, want a list of counts`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return fail(`tensor '${name}' has the data_offsets ${JSON.stringify(offsets)}, want [begin, end]`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) fail(`tensor '${name}' has the data_offsets [${begin},${end}], which end before they begin`);
  const wanted = elementCount(shape) * DTYPES[dtype].bytes;
  if (end - begin !== wanted) {
    fail(
      `tensor '${name}' of dtype ${dtype} and shape [${shape}] takes ${wanted} bytes, but its data_offsets span ${end - begin}`,
    );
  }
  if (end > bodyBytes) {
    fail(
      `the file is truncated or its offsets are wrong: tensor '${name}' ends at byte ${end} of the data, and there are ${bodyBytes}`,
    );
  }
  return { name, dtype, shape: [...shape], begin, end };
}

function checkLayout(entries: readonly Entry[], bodyBytes: number): void {
  let position = 0;
  let before = '';
  for (const { name, begin, end } of entries) {
    if (begin < position) fail(`tensors '${before}' and '${name}' overlap in the file`);
    if (begin > position)
      fail(`bytes ${position} to ${begin} of the data, before tensor '${name}', belong to no tensor`);
    position = end;
    before = name;
  }
  if (position !== bodyBytes) fail(`${bodyBytes - position} bytes after the last tensor belong to no tensor`);
}

function readTensor({ name, dtype, shape, begin, end }: Entry, body: Uint8Array, isCopied: boolean): SafetensorsTensor {
  const { array, bytes } = DTYPES[dtype];
  // A copy of exactly these bytes: typed arrays need aligned offsets, and nobody should hold the whole file alive.
  // (Not slice(): a Node Buffer's would be a view.)
  let own = body.subarray(begin, end);
  if (isCopied || own.byteOffset % bytes !== 0) {
    own = new Uint8Array(end - begin);
    own.set(body.subarray(begin, end));
  }
  const [buffer, offset, length] = [own.buffer as ArrayBuffer, own.byteOffset, (end - begin) / bytes];
  let data: SafetensorsArray;
  if (array !== null) data = new array(buffer, offset, length);
  else data = (dtype === 'F16' ? widenHalf : widenBrainFloat)(new Uint16Array(buffer, offset, length));
  if (dtype === 'BOOL') {
    const wrong = (data as Uint8Array).findIndex((value) => value > 1);
    if (wrong >= 0) fail(`tensor '${name}' is BOOL, and its element ${wrong} is ${data[wrong]}, want 0 or 1`);
  }
  return { dtype, shape, data };
}
