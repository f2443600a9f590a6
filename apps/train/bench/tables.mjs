// The tables of BENCHMARKS.md, each from what the commands say with --json.
import { markdownTable, median } from '../../../tooling/bench/report.mjs';

const count = (value) => Math.round(value).toLocaleString('en-US');
const gib = (bytes) => (bytes ? (bytes / 2 ** 30).toFixed(2) : '');

/** Steps of several contenders in turn: a list of JSON lines each; the last may be a peer. */
export function stepTable(contenders) {
  const medians = contenders.map(({ name, lines }) => ({
    name,
    ms: median(lines.map((line) => line.medianMs ?? line.median_ms)),
    rate: median(lines.map((line) => line.tokensPerSecond ?? line.per_second)),
  }));
  const peer = contenders.findIndex(({ isPeer }) => isPeer);
  const speed = ({ ms }) => (peer < 0 ? '' : (medians[peer].ms / ms).toFixed(2));
  const rows = medians.map((row) => [row.name, row.ms.toFixed(0), count(row.rate), speed(row)]);
  return markdownTable(['', 'ms a step', 'tokens/s', 'speed, the peer = 1'], rows);
}

/** One profile of `orchid bench step --profile --json`: the kernels above half a percent, then the whole and the floor. */
export function profileTable({ kernels, kernelsMs, restMs, stepMs, floor }) {
  const ms = (value) => value.toFixed(1);
  const row = (name, costs) => {
    const sum = (of) => costs.reduce((total, cost) => total + of(cost), 0);
    const time = sum((cost) => cost.ms);
    const flops = sum((cost) => cost.flops);
    return [
      name,
      sum((cost) => cost.calls),
      ms(time),
      `${(100 * sum((cost) => cost.share)).toFixed(1)} %`,
      ...['forward', 'backward', 'optimizer'].map((phase) => ms(sum((cost) => cost.phaseMs[phase]))),
      (sum((cost) => cost.bytes) / 1e6).toFixed(0),
      (sum((cost) => cost.bytes) / time / 1e6).toFixed(1),
      flops === 0 ? '' : (flops / time / 1e6).toFixed(0),
      ms(sum((cost) => cost.floorMs)),
    ];
  };
  const shown = kernels.filter(({ share }) => share >= 0.005);
  const others = kernels.slice(shown.length);
  const titles = [
    'kernel',
    'calls',
    'ms',
    'share',
    'forward',
    'backward',
    'optimizer',
    'MB',
    'GB/s',
    'GFLOP/s',
    'floor',
  ];
  const rows = shown.map((cost) => row(`\`${cost.kernel}\``, [cost]));
  if (others.length > 0) rows.push(row(`${others.length} more`, others));
  rows.push(row('all kernels', kernels));
  const gig = (value, digits) => (value / 1e9).toFixed(digits);
  const whole =
    `The step: ${ms(stepMs)} ms, of which ${ms(kernelsMs)} in kernels and ${ms(restMs)} in JavaScript and dispatch. The ` +
    `floor: ${ms(floor.ms)} ms, that is ${gig(floor.flops, 1)} GFLOP of products at ${gig(floor.flopsPerSecond, 0)} GFLOP/s ` +
    `(${ms(floor.productsMs)} ms) and ${gig(floor.bytes, 2)} GB of everything else at ` +
    `${gig(floor.bytesPerSecond, 0)} GB/s (${ms(floor.copyMs)} ms).`;
  return `${markdownTable(titles, rows)}\n\n${whole}`;
}

/** JSON lines of `orchid bench scale`, and the peer's for some of the same lengths. */
export function scaleTable(points, peers) {
  const rows = points.map((point) => {
    const peer = peers.find(({ mixer, length }) => mixer === point.mixer && length === point.length);
    const theirs = peer ? [count(peer.ms), peer.microseconds.toFixed(1), gib(peer.maxRssBytes)] : ['', '', ''];
    const shape = [point.mixer, count(point.length), count(point.batch), point.recompute ? 'yes' : 'no'];
    if (point.cannot) return [...shape, 'cannot', '', '', '', '', ...theirs, ''];
    return [
      ...shape,
      count(point.medianMs),
      point.microsecondsPerToken.toFixed(1),
      point.growth.toFixed(2),
      gib(point.heapPredictedBytes),
      gib(point.maxRssBytes),
      ...theirs,
      peer ? (peer.microseconds / point.microsecondsPerToken).toFixed(2) : '',
    ];
  });
  const ours = ['mixer', 'length', 'batch', 'again', 'ms', 'µs a token', 'over log L', 'heap predicted', 'GiB'];
  const reasons = points.flatMap(({ mixer, length, cannot }) =>
    cannot ? [`\n\n${mixer} at ${count(length)} cannot run: ${cannot}`] : [],
  );
  return markdownTable([...ours, "peer's ms", 'µs a token', 'GiB', 'speed'], rows) + reasons.join('');
}
