// WGSL that reads and writes two neighbouring channels at a time: as the real and the imaginary part of one complex signal they
// are transformed at the price of one. Rows of an even width are arrays of such pairs; an odd one's last channel is alone.
// Programs that use it have the params `width` and `pairs`, channels and pairs of a row.
import type { BufferSlot } from '@orchid-ml/backends/webgpu-host';

/** A buffer of [rows, width]. */
export function pairSlot(name: string, access: BufferSlot['access'], isEven: boolean): BufferSlot {
  return { name, access, ...(isEven && { type: 'vec2f' }) };
}

/** `fn get_NAME(row: u32, pair: u32) -> vec2f` */
export function getPair(name: string, isEven: boolean): string {
  if (isEven) return `fn get_${name}(row: u32, pair: u32) -> vec2f { return ${name}[row * params.pairs + pair]; }`;
  return `
fn get_${name}(row: u32, pair: u32) -> vec2f {
  let at = row * params.width + 2u * pair;
  if (2u * pair + 1u < params.width) { return vec2f(${name}[at], ${name}[at + 1u]); }
  return vec2f(${name}[at], 0.0);
}`.trim();
}

/** `fn put_NAME(row: u32, pair: u32, value: vec2f)` */
export function putPair(name: string, isEven: boolean): string {
  if (isEven) {
    return `fn put_${name}(row: u32, pair: u32, value: vec2f) { ${name}[row * params.pairs + pair] = value; }`;
  }
  return `
fn put_${name}(row: u32, pair: u32, value: vec2f) {
  let at = row * params.width + 2u * pair;
  ${name}[at] = value.x;
  if (2u * pair + 1u < params.width) { ${name}[at + 1u] = value.y; }
}`.trim();
}

/** Where the cosine transform wants sample t of n (Makhoul, 1980): even samples first, then the odd ones backwards. */
export function placeFunction(transform: 'dft' | 'dct', n: string): string {
  if (transform === 'dft') return 'fn place(t: u32) -> u32 { return t; }';
  return `fn place(t: u32) -> u32 { return select(t / 2u, ${n} - 1u - t / 2u, t % 2u == 1u); }`;
}
