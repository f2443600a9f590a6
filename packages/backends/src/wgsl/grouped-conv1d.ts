// The short convolution over a sequence in WGSL, depthwise (with a multiplier): each invocation walks down a few positions of
// its channels, so that what neighbouring outputs share is loaded once.
import type { ConvPadding, PaddingMode } from '../plain/padded-rows.ts';
import { cached, type Program } from '../webgpu-host/index.ts';
import { otherPositions, paddingBefore, rowOf } from './padding.ts';
import { workgroupSize } from './rows.ts';
import { enabling, type Lane, lines, storedAs, widened, widthOf } from './values.ts';

/** Positions that an invocation computes. */
export const positionsOfRun = 4;
/** Rows that an invocation goes through on the way back. */
export const rowsOfChunk = 16;
/** Filters longer than this, times the multiplier, do not fit into registers: see `groupedConv1dGeneral`. */
export const longestUnrolled = 16;

/** Lanes over the channels (elements) on the way back, a power of two; the rest of a workgroup are chunks of rows. */
export function channelLanes(elements: number): number {
  let lanes = 1;
  while (lanes < 32 && lanes < elements) lanes *= 2;
  return lanes;
}

/** The weights of channel element `channel`, one element for each output of a channel and tap: w0_0 .. w(m-1)_(taps-1). */
function loadWeights(lane: Lane, multiplier: number, taps: number): string {
  return lines(multiplier * taps, (i) => {
    const [j, t] = [Math.floor(i / taps), i % taps];
    if (lane === 'f32') return `let w${j}_${t} = weight[(channel * ${multiplier} + ${j}) * ${taps} + ${t}];`;
    const parts = [0, 1, 2, 3].map((q) => `weight[(channel * 4 + ${q}) * ${taps} + ${t}]`);
    return `let w${j}_${t} = vec4f(${parts.join(', ')});`;
  });
}

/** y; an invocation for every run of positions and channel (element) of an example, the channels fastest. */
export const groupedConv1dProgram = cached(
  (
    lane: Lane,
    multiplier: number,
    taps: number,
    padding: ConvPadding,
    mode: PaddingMode,
    hasBias: boolean,
  ): Program => {
    const run = positionsOfRun;
    const output = (r: number, j: number): string => {
      const start = hasBias ? `bias[channel * ${multiplier} + ${j}]` : `${lane}(0)`;
      const terms = Array.from({ length: taps }, (_, t) => `w${j}_${t} * v${r + t}`);
      return `y[((example * params.length + first + ${r}) * params.channels + channel) * ${multiplier} + ${j}] = ${[start, ...terms].join(' + ')};`;
    };
    return {
      name: 'groupedConv1d',
      buffers: [
        { name: 'x', access: 'read', type: lane },
        { name: 'weight', access: 'read' },
        ...(hasBias ? [{ name: 'bias', access: 'read' as const, type: lane }] : []),
        { name: 'y', access: 'read_write', type: lane },
      ],
      params: { batch: 'u32', length: 'u32', channels: 'u32', runs: 'u32' },
      workgroupSize,
      declarations: `${rowOf(mode, paddingBefore(taps, padding))}
fn load(example: u32, position: u32, channel: u32) -> ${lane} {
  let row = rowOf(i32(position), i32(params.length));
  if (row < 0 || row >= i32(params.length)) { return ${lane}(0); }
  return x[(example * params.length + u32(row)) * params.channels + channel];
}`,
      body: `
let index = group * ${workgroupSize} + local;
let channel = index % params.channels;
let example = index / params.channels / params.runs;
let first = (index / params.channels) % params.runs * ${run};
if (example >= params.batch) { return; }
${loadWeights(lane, multiplier, taps)}
${lines(run + taps - 1, (i) => `let v${i} = load(example, first + ${i}, channel);`)}
${lines(run, (r) => {
  const store = lines(multiplier, (j) => output(r, j));
  return r === 0 ? store : `if (first + ${r} < params.length) {\n${store}\n}`;
})}`,
    };
  },
);

/**
 * dx, and for each workgroup's chunks the sums that dweight [outputs, taps] and dbias [outputs] consist of, end to end in a row
 * of `partial`. x is perhaps in half precision. Every row of x and dy is read once: their product with one another and with the weights are formed together.
 */
export const groupedConv1dGradProgram = cached(
  (
    lane: Lane,
    lanes: number,
    multiplier: number,
    taps: number,
    padding: ConvPadding,
    mode: PaddingMode,
    isHalf: boolean,
  ): Program => {
    const before = paddingBefore(taps, padding);
    const each = (text: (j: number, t: number) => string): string =>
      lines(multiplier * taps, (i) => text(Math.floor(i / taps), i % taps));
    // d(j)_(t) is dy at row + before - t, by which the row and weight t are multiplied.
    const shift = lines(multiplier, (j) =>
      [
        ...Array.from({ length: taps - 1 }, (_, i) => `d${j}_${taps - 1 - i} = d${j}_${taps - 2 - i};`),
        `d${j}_0 = gradient(example, row + ${before}, channel, ${j});`,
      ].join('\n'),
    );
    const others = otherPositions(
      mode,
      before,
      each(
        (j, t) => `{
    let d = gradient(example, position - ${t}, channel, ${j});
    sum += w${j}_${t} * d;
    dw${j}_${t} += value * d;
  }`,
      ),
    );
    const width = widthOf(lane);
    const columns = `(params.channels * ${width * multiplier * (taps + 1)})`;
    const store = (what: string, column: (output: string) => string): string => `
workgroupBarrier();
sums[local] = ${what};
workgroupBarrier();
if (slot == 0 && isChannel) {
  var sum = sums[lane];
  for (var s = 1u; s < params.slots; s++) { sum += sums[s * ${lanes}u + lane]; }
${lines(width, (q) => {
  const output = `(channel * ${width} + ${q})`;
  return `  partial[chunkGroup * ${columns} + ${column(output)}] = sum${width === 1 ? '' : `[${q}]`};`;
})}
}`;
    return {
      name: 'groupedConv1d, gradient',
      ...enabling(isHalf),
      buffers: [
        { name: 'x', access: 'read', type: storedAs(lane, isHalf) },
        { name: 'weight', access: 'read' },
        { name: 'dy', access: 'read', type: lane },
        { name: 'dx', access: 'read_write', type: lane },
        { name: 'partial', access: 'read_write' },
      ],
      params: { batch: 'u32', length: 'u32', channels: 'u32', chunks: 'u32', slots: 'u32' },
      workgroupSize,
      shared: { sums: `array<${lane}, ${workgroupSize}>` },
      declarations: `
fn gradient(example: u32, row: i32, channel: u32, output: u32) -> ${lane} {
  if (row < 0 || row >= i32(params.length)) { return ${lane}(0); }
  return dy[((example * params.length + u32(row)) * params.channels + channel) * ${multiplier} + output];
}`,
      body: `
let slot = local / ${lanes}u;
let lane = local % ${lanes}u;
let channelGroups = (params.channels + ${lanes - 1}u) / ${lanes}u;
let chunkGroup = group / channelGroups;
let channel = group % channelGroups * ${lanes}u + lane;
let isChannel = channel < params.channels;
let chunk = chunkGroup * ${workgroupSize / lanes}u + slot;
let example = chunk / params.chunks;
let length = i32(params.length);
let positions = length + ${taps - 1};
${each((j, t) => `var dw${j}_${t} = ${lane}(0);\nvar d${j}_${t} = ${lane}(0);`)}
${lines(multiplier, (j) => `var db${j} = ${lane}(0);`)}
if (isChannel && example < params.batch) {
${loadWeights(lane, multiplier, taps)}
  let first = i32(chunk % params.chunks) * ${rowsOfChunk};
${each((j, t) => (t === taps - 1 ? '' : `  d${j}_${t} = gradient(example, first - 1 + ${before} - ${t}, channel, ${j});`))}
  for (var row = first; row < min(first + ${rowsOfChunk}, length); row++) {
    let at = (example * params.length + u32(row)) * params.channels + channel;
    let value = ${widened(lane, isHalf, 'x[at]')};
${shift}
    var sum = ${Array.from({ length: multiplier * taps }, (_, i) => {
      const name = `${Math.floor(i / taps)}_${i % taps}`;
      return `w${name} * d${name}`;
    }).join(' + ')};
${each((j, t) => `    dw${j}_${t} += value * d${j}_${t};`)}
${lines(multiplier, (j) => `    db${j} += d${j}_${before};`)}
${others}
    dx[at] = sum;
  }
}
${each((j, t) => store(`dw${j}_${t}`, (output) => `(${output} * ${multiplier} + ${j}) * ${taps} + ${t}`))}
${lines(multiplier, (j) => store(`db${j}`, (output) => `params.channels * ${width * multiplier * taps} + ${output} * ${multiplier} + ${j}`))}`,
    };
  },
);
