// The element types of the safetensors format, and which JavaScript array holds each one.

/** Element types this codec knows, as the format spells them. F16 and BF16 are Float32Arrays in memory. */
export type SafetensorsDtype =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'I32'
  | 'I16'
  | 'I8'
  | 'U64'
  | 'U32'
  | 'U16'
  | 'U8'
  | 'BOOL';

export type SafetensorsArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** One named tensor of a file: row-major values with their shape. A scalar has shape []. */
export interface SafetensorsTensor {
  dtype: SafetensorsDtype;
  shape: number[];
  data: SafetensorsArray;
}

type ArrayClass = {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): SafetensorsArray;
  readonly name: string;
};

interface DtypeInfo {
  /** Bytes an element in the file. */
  bytes: number;
  /** The class that has the file's own layout; null for the half-precision types, which JavaScript lacks. */
  array: ArrayClass | null;
}

export const DTYPES: Readonly<Record<SafetensorsDtype, DtypeInfo>> = {
  F64: { bytes: 8, array: Float64Array },
  F32: { bytes: 4, array: Float32Array },
  F16: { bytes: 2, array: null },
  BF16: { bytes: 2, array: null },
  I64: { bytes: 8, array: BigInt64Array },
  I32: { bytes: 4, array: Int32Array },
  I16: { bytes: 2, array: Int16Array },
  I8: { bytes: 1, array: Int8Array },
  U64: { bytes: 8, array: BigUint64Array },
  U32: { bytes: 4, array: Uint32Array },
  U16: { bytes: 2, array: Uint16Array },
  U8: { bytes: 1, array: Uint8Array },
  BOOL: { bytes: 1, array: Uint8Array },
};

export function isDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === 'string' && Object.hasOwn(DTYPES, value);
}

/** Number of elements of a shape; an empty shape is a scalar and has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** IEEE half precision to single: exact, subnormals, infinities and NaN included. */
export function widenHalf(source: Uint16Array): Float32Array {
  const out = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const bits = source[i]!;
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) out[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) out[i] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else out[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}

const words = new Uint32Array(1);
const word = new Float32Array(words.buffer);

/** Single to IEEE half precision, to the nearest, ties to even. Beyond 65,504 it is an infinity, below 2^-25 zero. */
export function narrowToHalf(source: Float32Array): Uint16Array {
  const out = new Uint16Array(source.length);
  for (let i = 0; i < source.length; i++) {
    word[0] = source[i]!;
    const bits = words[0]!;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude >= 0x7f800000) out[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    else if (magnitude >= 0x38800000) {
      // Rounding may carry into the exponent, which is then right too, up to infinity.
      const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
      out[i] = sign | Math.min(0x7c00, (rounded - 0x38000000) >>> 13);
    } else {
      // Of steps of 2^-24 there are less than 1,024: adding 1.5 · 2^23 leaves their number, rounded, in the lowest bits.
      word[0] = Math.abs(source[i]!) * 2 ** 24 + 12_582_912;
      out[i] = sign | (words[0]! - 0x4b400000);
    }
  }
  return out;
}

/** Single to bfloat16, to the nearest, ties to even. */
export function narrowToBrainFloat(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  const out = new Uint16Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const value = bits[i]!;
    const isNone = (value & 0x7fffffff) > 0x7f800000;
    out[i] = isNone ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** bfloat16 to single: the upper half of a float32, so widening only shifts. */
export function widenBrainFloat(source: Uint16Array): Float32Array {
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) bits[i] = source[i]! << 16;
  return new Float32Array(bits.buffer);
}
