// Type I conditioning as one kernel: short convolution and norm in time, |F|, short convolution and norm in frequency.
// One example at a time, and in pieces of a few rows where rows do not depend on each other: what lies between is scratch
// of one example's size, and the gradient makes it again from the input instead of having kept it.
//
// A call is a block of i32 words (addresses, sizes; f32 where told), written by src/kernels/wasm/phase-suppression.ts:
//    0 plan       4 isDct      8 length    12 bins      16 width       20 taps   24 isSquared   28 scale f32   32 eps f32
//   36 batch     40 time rows, 44 frequency rows: tables of paddedRows
//   48 u [batch, length, width]            52, 56 H: re, im (0 for dct) [batch, bins, width]; in the gradient dH
//   60 time:      weight, bias, norm weight, norm bias (both 0: no norm), and in the gradient as many addresses for theirs
//   92 frequency: likewise                 124 du      128 scratch
import { groupedConv1d, groupedConv1dGrad } from '../../backends/assembly/grouped-conv1d';
import { layerNorm, layerNormGrad, layerStatistics } from '../../backends/assembly/layer-norm';
import { addInto } from '../../backends/assembly/vector';
import { interleaveComplex, splitComplex } from './complex-channels';
import { magnitude, magnitudeGrad } from './magnitude';
import { fromSpectrum, spectrumScratchBytes, toSpectrum } from './spectrum-rows';

/** Rows that go through a convolution and its norm together: enough to hide the calls, few enough to stay in a cache. */
const PIECE: i32 = 64;

const TIME: usize = 60;
const FREQUENCY: usize = 92;

// @ts-ignore: decorator
@inline
function word(call: usize, at: usize): i32 {
  return load<i32>(call + at);
}

// @ts-ignore: decorator
@inline
function address(call: usize, at: usize): usize {
  return <usize>load<u32>(call + at);
}

// @ts-ignore: decorator
@inline
function line(bytes: f64): f64 {
  return 64 + Math.ceil(bytes / 64) * 64;
}

/** Channels that the frequency side makes of each: a real and, for dft, an imaginary part. */
// @ts-ignore: decorator
@inline
function partsOf(call: usize): i32 {
  return word(call, 4) ? 1 : 2;
}

/** Bytes of the small areas: packed weights, one example's gradients, a piece and its statistics. */
function smallBytes(call: usize): f64 {
  const channels = <f64>(word(call, 16) * partsOf(call));
  return line(channels * <f64>(4 * word(call, 20) + 7) * 4) + line(channels * <f64>PIECE * 4) + line(8 * PIECE);
}

/** Bytes of rows: the convolved sequence (later the gradient of the convolved magnitudes), the spectrum, the magnitudes. */
function rowsBytes(call: usize): f64 {
  const width = <f64>word(call, 16) * 4;
  const bins = <f64>word(call, 12);
  return line(max(<f64>word(call, 8), bins * <f64>partsOf(call)) * width);
}

/** Bytes of scratch that a call needs; only its words up to `isSquared` need be there. */
export function phaseSuppressionBytes(call: usize, isGradient: bool): f64 {
  const width = <f64>word(call, 16) * 4;
  const spectrum = line(<f64>word(call, 12) * width);
  const spectra = <f64>(partsOf(call) + (isGradient ? 2 : 0)) * spectrum;
  return 64 + line(spectrumScratchBytes(address(call, 0), word(call, 16))) + smallBytes(call) + rowsBytes(call) + spectra;
}

/** `count` rows from `start` of the convolution of x on one side of the network, unnormalised. */
function convolved(
  call: usize, side: usize, x: usize, y: usize, packed: usize, start: i32, count: i32, outputs: i32,
): void {
  const width = word(call, 16);
  const rows = address(call, side == TIME ? 40 : 44) + (<usize>start << 2);
  groupedConv1d(
    x, address(call, side), address(call, side + 4), y, packed, rows, 1, count, width, outputs, width, word(call, 20),
  );
}

/** Normalises rows in place where the side has a norm. */
// @ts-ignore: decorator
@inline
function normalised(call: usize, side: usize, x: usize, stats: usize, count: i32, channels: i32): void {
  const weight = address(call, side + 8);
  if (weight == 0) return;
  layerNorm(
    x, weight, address(call, side + 12), x, stats, stats + 4 * PIECE, count, channels, load<f32>(call + 32),
  );
}

/** One example's u to its spectrum: through `rows`, to re and im. */
function spectrumOf(call: usize, u: usize, rows: usize, re: usize, im: usize, packed: usize, stats: usize, work: usize): void {
  const length = word(call, 8);
  const width = word(call, 16);
  for (let start = 0; start < length; start += PIECE) {
    const count = min(PIECE, length - start);
    const y = rows + (<usize>(start * width) << 2);
    convolved(call, TIME, u, y, packed, start, count, width);
    normalised(call, TIME, y, stats, count, width);
  }
  toSpectrum(address(call, 0), word(call, 4) != 0, length, width, rows, re, im, load<f32>(call + 28), work);
}

/** H of every example; the kernel `OrchidPhaseSuppression`. */
export function phaseSuppression(call: usize): void {
  const isDct = word(call, 4) != 0;
  const bins = word(call, 12);
  const width = word(call, 16);
  const channels = width * partsOf(call);
  const work = (address(call, 128) + 63) & ~63;
  const packed = work + <usize>line(spectrumScratchBytes(address(call, 0), width));
  const piece = packed + <usize>line(<f64>channels * <f64>(4 * word(call, 20) + 7) * 4);
  const stats = piece + <usize>line(<f64>channels * <f64>PIECE * 4);
  const rows = stats + <usize>line(8 * PIECE);
  const re = rows + <usize>rowsBytes(call);
  const spectrum = <usize>(bins * width) << 2;
  const im = isDct ? <usize>0 : re + <usize>line(<f64>spectrum);
  const example = <usize>(word(call, 8) * width) << 2;
  let u = address(call, 48);
  let toRe = address(call, 52);
  let toIm = address(call, 56);
  for (let b = word(call, 36); b > 0; b--) {
    spectrumOf(call, u, rows, re, im, packed, stats, work);
    magnitude(re, im, re, bins * width, word(call, 24) != 0);
    for (let start = 0; start < bins; start += PIECE) {
      const count = min(PIECE, bins - start);
      const bytes = <usize>(count * width) << 2;
      const y = isDct ? toRe : piece;
      convolved(call, FREQUENCY, re, y, packed, start, count, channels);
      normalised(call, FREQUENCY, y, stats, count, channels);
      toRe += bytes;
      if (isDct) continue;
      splitComplex(piece, toRe - bytes, toIm, count * width);
      toIm += bytes;
    }
    u += example;
  }
}

/** Adds a side's gradients of one example or piece, left in scratch, to the outputs: `count` floats each. */
// @ts-ignore: decorator
@inline
function collect(call: usize, output: usize, part: usize, count: i32): void {
  addInto(part, address(call, output), count);
}

/**
 * Back through a side's norm: `count` rows of dy become gradients of what it normalised, which is convolved from x once more.
 *
 * @param from,to dy and where its successor goes, which may be the same
 * @param parts scratch of 4 rows
 */
function normGrad(
  call: usize, side: usize, x: usize, start: i32, count: i32, channels: i32, from: usize, to: usize,
  packed: usize, piece: usize, stats: usize, parts: usize,
): void {
  const rowBytes = <usize>channels << 2;
  convolved(call, side, x, piece, packed, start, count, channels);
  layerStatistics(piece, stats, stats + 4 * PIECE, count, channels, load<f32>(call + 32));
  layerNormGrad(
    piece, from, stats, stats + 4 * PIECE, address(call, side + 8), to, parts, parts + rowBytes, parts + 2 * rowBytes,
    count, channels,
  );
  collect(call, side + 24, parts, channels);
  collect(call, side + 28, parts + rowBytes, channels);
}

/** Back through a side's convolution: dx of a whole example, and the gradients of weight and bias added up. */
function convGrad(
  call: usize, side: usize, x: usize, dy: usize, dx: usize, rows: i32, channels: i32, packed: usize, parts: usize,
): void {
  const width = word(call, 16);
  const taps = word(call, 20);
  const bias = parts + (<usize>(channels * taps) << 2);
  const table = address(call, side == TIME ? 40 : 44);
  groupedConv1dGrad(
    x, address(call, side), dy, dx, parts, bias, packed, table, 1, rows, width, channels, width, taps,
  );
  collect(call, side + 16, parts, channels * taps);
  collect(call, side + 20, bias, channels);
}

/** Every gradient from u and dH; the kernel `OrchidPhaseSuppressionGrad`. Outputs of weights begin as zeros. */
export function phaseSuppressionGrad(call: usize): void {
  const isDct = word(call, 4) != 0;
  const length = word(call, 8);
  const bins = word(call, 12);
  const width = word(call, 16);
  const isSquared = word(call, 24) != 0;
  const channels = width * partsOf(call);
  const weights = <usize>(channels * word(call, 20)) << 2;
  const work = (address(call, 128) + 63) & ~63;
  const packed = work + <usize>line(spectrumScratchBytes(address(call, 0), width));
  // Behind what groupedConv1dGrad wants, three times the weights and a bias: the gradients themselves.
  const parts = packed + 3 * weights + (<usize>channels << 2);
  const piece = packed + <usize>line(<f64>channels * <f64>(4 * word(call, 20) + 7) * 4);
  const stats = piece + <usize>line(<f64>channels * <f64>PIECE * 4);
  const rows = stats + <usize>line(8 * PIECE);
  const re = rows + <usize>rowsBytes(call);
  const spectrum = <usize>(bins * width) << 2;
  const apart = <usize>line(<f64>spectrum);
  const im = isDct ? <usize>0 : re + apart;
  const measured = re + apart * <usize>partsOf(call);
  const dMeasured = measured + apart;
  const example = <usize>(length * width) << 2;
  const hasTimeNorm = address(call, TIME + 8) != 0;
  const hasFrequencyNorm = address(call, FREQUENCY + 8) != 0;
  let u = address(call, 48);
  let dRe = address(call, 52);
  let dIm = address(call, 56);
  let du = address(call, 124);
  for (let b = word(call, 36); b > 0; b--) {
    spectrumOf(call, u, rows, re, im, packed, stats, work);
    magnitude(re, im, measured, bins * width, isSquared);
    // The convolved sequence has done its part: its place takes the gradient of the convolved magnitudes.
    let dConvolved = rows;
    if (isDct && !hasFrequencyNorm) dConvolved = dRe;
    for (let start = 0; start < bins && dConvolved == rows; start += PIECE) {
      const count = min(PIECE, bins - start);
      const at = <usize>(start * width) << 2;
      const to = rows + at * <usize>partsOf(call);
      if (!isDct) interleaveComplex(dRe + at, dIm + at, to, count * width);
      if (!hasFrequencyNorm) continue;
      const from = isDct ? dRe + at : to;
      normGrad(call, FREQUENCY, measured, start, count, channels, from, to, packed, piece, stats, parts);
    }
    convGrad(call, FREQUENCY, measured, dConvolved, dMeasured, bins, channels, packed, parts);
    magnitudeGrad(re, im, dMeasured, bins * width, isSquared);
    fromSpectrum(address(call, 0), isDct, length, width, re, im, rows, load<f32>(call + 28), work);
    for (let start = 0; start < length && hasTimeNorm; start += PIECE) {
      const at = rows + (<usize>(start * width) << 2);
      normGrad(call, TIME, u, start, min(PIECE, length - start), width, at, at, packed, piece, stats, parts);
    }
    convGrad(call, TIME, u, rows, du, length, width, packed, parts);
    u += example;
    du += example;
    dRe += spectrum;
    dIm += spectrum;
  }
}
