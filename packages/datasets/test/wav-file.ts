// Makes WAV files for this package's tests.

export interface WavFileOptions {
  readonly sampleRate?: number;
  readonly bits?: number;
  /** 1 is PCM, 3 is float. */
  readonly codec?: number;
  readonly extensible?: boolean;
  /** The name of a chunk of 3 bytes before the samples. */
  readonly before?: string;
  /** The samples' chunk says that it has so many bytes less. */
  readonly dropped?: number;
  readonly dataFirst?: boolean;
}

/** A WAV file of those channels, values from -1 to 1. */
export function wavFile(channels: readonly (readonly number[])[], options: WavFileOptions = {}): Uint8Array {
  const { sampleRate = 16_000, bits = 16, codec = 1, extensible = false, dropped = 0 } = options;
  const bytes = bits / 8;
  const count = channels[0]!.length;
  const data = new DataView(new ArrayBuffer(count * channels.length * bytes));
  for (let i = 0; i < count; i++) {
    for (const [c, channel] of channels.entries()) {
      write(data, (i * channels.length + c) * bytes, bits, codec, channel[i]!);
    }
  }
  const format = new DataView(new ArrayBuffer(extensible ? 40 : 16));
  format.setUint16(0, extensible ? 0xfffe : codec, true);
  format.setUint16(2, channels.length, true);
  format.setUint32(4, sampleRate, true);
  format.setUint32(8, sampleRate * channels.length * bytes, true);
  format.setUint16(12, channels.length * bytes, true);
  format.setUint16(14, bits, true);
  if (extensible) {
    format.setUint16(16, 22, true);
    format.setUint16(24, codec, true);
  }
  const samples = chunk('data', new Uint8Array(data.buffer, 0, data.byteLength - dropped));
  const header = chunk('fmt ', new Uint8Array(format.buffer));
  const extra = options.before ? chunk(options.before, Uint8Array.of(1, 2, 3)) : [];
  const body = options.dataFirst ? [...samples, ...header] : [...header, ...extra, ...samples];
  return Uint8Array.from([...text('RIFF'), ...size(body.length + 4), ...text('WAVE'), ...body]);
}

function write(view: DataView, at: number, bits: number, codec: number, value: number): void {
  const scaled = Math.max(-(2 ** (bits - 1)), Math.min(2 ** (bits - 1) - 1, Math.round(value * 2 ** (bits - 1))));
  if (codec === 3) bits === 32 ? view.setFloat32(at, value, true) : view.setFloat64(at, value, true);
  else if (bits === 8) view.setUint8(at, scaled + 128);
  else for (let i = 0; i < bits / 8; i++) view.setUint8(at + i, Math.floor(scaled / 2 ** (8 * i)) & 255);
}

const text = (word: string) => [...word].map((letter) => letter.charCodeAt(0));
const size = (bytes: number) => [0, 8, 16, 24].map((shift) => (bytes >>> shift) & 255);

function chunk(name: string, content: Uint8Array): number[] {
  return [...text(name), ...size(content.length), ...content, ...(content.length % 2 ? [0] : [])];
}
