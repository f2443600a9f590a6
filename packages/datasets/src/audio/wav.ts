// WAV files: RIFF chunks, PCM of 8, 16, 24 and 32 bits and float32 and float64, any number of channels.

export interface Wav {
  /** samples a second and channel */
  readonly sampleRate: number;
  /** float32 [samples] each, -1 to 1 (float files may go beyond) */
  readonly channels: readonly Float32Array[];
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** What other files hold, for the message. */
const CODECS: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  6: 'A-law',
  7: 'mu-law',
  17: 'IMA ADPCM',
  80: 'MPEG audio',
  85: 'MP3',
};

interface Format {
  readonly codec: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

type ReadSample = (view: DataView, at: number) => number;

const READERS: Readonly<Record<string, ReadSample>> = {
  // Of 8 bits alone the values are unsigned.
  [`${PCM}/8`]: (view, at) => (view.getUint8(at) - 128) / 128,
  [`${PCM}/16`]: (view, at) => view.getInt16(at, true) / 2 ** 15,
  [`${PCM}/24`]: (view, at) => (view.getInt8(at + 2) * 2 ** 16 + view.getUint16(at, true)) / 2 ** 23,
  [`${PCM}/32`]: (view, at) => view.getInt32(at, true) / 2 ** 31,
  [`${FLOAT}/32`]: (view, at) => view.getFloat32(at, true),
  [`${FLOAT}/64`]: (view, at) => view.getFloat64(at, true),
};

/**
 * Reads a WAV file.
 *
 * @param name what errors call it, such as a path
 * @throws Error when it is no WAV file, compressed, or truncated
 */
export function decodeWav(bytes: Uint8Array, name = 'WAV data'): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || word(view, 0) !== 'RIFF' || word(view, 8) !== 'WAVE') {
    throw new Error(`${name}: it is no WAV file; want one that starts with RIFF and WAVE`);
  }
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const kind = word(view, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (start + size > bytes.length) {
      throw new Error(`${name}: it is truncated: its chunk "${kind}" has ${bytes.length - start} bytes; want ${size}`);
    }
    if (kind === 'fmt ') format = readFormat(view, start, size, name);
    if (kind === 'data') {
      if (!format) throw new Error(`${name}: its samples come before what says how to read them (the chunk "fmt ")`);
      return { sampleRate: format.sampleRate, channels: readSamples(view, start, size, format, name) };
    }
    // Chunks start at even places.
    at = start + size + (size % 2);
  }
  throw new Error(`${name}: it is truncated: it ends without a chunk "data"`);
}

/** The mean of all channels, float32 [samples]. */
export function mixDown({ channels }: Wav): Float32Array {
  const [first, ...others] = channels as [Float32Array, ...Float32Array[]];
  if (others.length === 0) return first;
  return first.map((value, i) => others.reduce((sum, channel) => sum + channel[i]!, value) / channels.length);
}

function word(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

function readFormat(view: DataView, at: number, size: number, name: string): Format {
  if (size < 16) throw new Error(`${name}: its chunk "fmt " has ${size} bytes; want at least 16`);
  const stated = view.getUint16(at, true);
  // The extensible form has the codec within an identifier, after the fields that all forms share.
  const codec = stated === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : stated;
  const format = {
    codec,
    channels: view.getUint16(at + 2, true),
    sampleRate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
  if (!(`${codec}/${format.bits}` in READERS)) {
    const what = codec === PCM ? 'PCM' : codec === FLOAT ? 'float' : (CODECS[codec] ?? `codec ${codec}`);
    throw new Error(
      `${name}: it holds ${what} of ${format.bits} bits; want PCM of 8, 16, 24 or 32 or float of 32 or 64`,
    );
  }
  if (format.channels === 0 || format.sampleRate === 0) {
    throw new Error(`${name}: it has ${format.channels} channels at ${format.sampleRate} Hz; want at least 1 of each`);
  }
  return format;
}

function readSamples(
  view: DataView,
  start: number,
  size: number,
  { codec, channels, bits }: Format,
  name: string,
): Float32Array[] {
  const read = READERS[`${codec}/${bits}`]!;
  const bytes = bits / 8;
  const frame = bytes * channels;
  if (size % frame !== 0) {
    throw new Error(`${name}: it is truncated: ${size} bytes of samples; want whole frames of ${frame}`);
  }
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: size / frame }, (_, i) => read(view, start + i * frame + channel * bytes)),
  );
}
