// Whether the engine compiles relaxed SIMD, whose fused multiply-add does two of a kernel's operations in one.
// Shipped in V8 11.4 (Chrome 114, Node 21), Firefox 145 and not yet in Safari; Node 20 has it behind a flag.

/** (func (result v128) (f32x4.relaxed_madd 0 0 0)), the zeros splat: the smallest module that needs the feature. */
const probe = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x13, 0x01, 0x11, 0x00],
  ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f],
  ...[0xfd, 0x85, 0x02, 0x0b],
);

let found: boolean | undefined;

/** Looked at once: what is compiled afterwards must not differ from what is said to be in use. */
export function hasRelaxedSimd(): boolean {
  found ??= WebAssembly.validate(probe);
  return found;
}
