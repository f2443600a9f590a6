// The table for a machine with a GPU, in one command: transforms, long convolutions forward and back, training steps, each with
// its dispatches, the bytes they move, how much of the rate of copying that is, and a peer on the same GPU when one is given.
//
//   node apps/train/bench/gpu.mjs [--peer "COMMAND"] [--only fft,conv,step] [--length 1024,131072] [--batch 8] [--width 768]
//     [--repeats 7] [--write]
//
// COMMAND (or the environment's ORCHID_GPU_PEER) is a program that times the same on the same GPU and prints a line of JSON with
// `peer` and `median_ms`. It is called with one of
//
//   fft  --device gpu --op rfft --batch B --length N          real signals [B, N] to their spectra
//   conv --device gpu --batch B --length N --width D          y = irfft(rfft(x) rfft(h)), x and h [B, N, D]; --backward: with both gradients
//   step --device gpu --batch B --length N --width D --layers K --vocab V    forward, backward and AdamW of the step
//
// Each line is a process of its own, so that what one cannot do ends that line alone. Two times are ours: by the wall clock, host
// and GPU together, and by the GPU's own clock, which leaves out whatever the host does between dispatches.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, markdownTable, writeMeasured } from '../../../tooling/bench/report.mjs';
import { runPeer } from './peer.mjs';

const lengths = Array.from({ length: 8 }, (_, i) => 1024 * 2 ** i);
const { values: options } = parseArgs({
  options: {
    peer: { type: 'string' },
    only: { type: 'string', default: 'fft,conv,step' },
    length: { type: 'string', default: lengths.join(',') },
    batch: { type: 'string', default: '8' },
    width: { type: 'string', default: '768' },
    repeats: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
  },
});
const peer = options.peer ?? process.env.ORCHID_GPU_PEER;
const program = fileURLToPath(new URL('../bin/orchid.mjs', import.meta.url));

/** What `orchid bench` says of one case, or why it cannot. */
function orchid(args) {
  const argv = [program, 'bench', ...args, '--backend', 'webgpu', '--repeats', options.repeats];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...argv, '--json'], { encoding: 'utf8' });
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'));
  if (status === 0 && line) return JSON.parse(line);
  const said = stderr.split('\n').find((text) => text.startsWith('error: '));
  return { cannot: said?.slice(7) ?? `ended with ${status}` };
}

async function peerOf(args) {
  if (!peer) return null;
  return runPeer(peer, [args[0], '--device', 'gpu', ...args.slice(1)]).catch((error) => ({ cannot: String(error) }));
}

const flag = (name, value) => [`--${name}`, String(value)];
const shape = (length) => [...flag('batch', options.batch), ...flag('length', length)];
const sections = {
  fft: () =>
    options.length
      .split(',')
      // As many points at every length.
      .map((length) => [
        `rfft of ${length}`,
        ['fft', '--op', 'rfft', ...flag('batch', Math.max(1, 2 ** 20 / length)), ...flag('length', length)],
      ]),
  conv: () =>
    options.length.split(',').flatMap((length) => {
      const given = ['conv', ...shape(length), ...flag('width', options.width)];
      return [
        [`ddConv of ${length}, forward`, given],
        [`ddConv of ${length}, forward and back`, [...given, '--backward']],
      ];
    }),
  step: () => [
    [
      'step R (B 8, L 1,024, D 128, 2 layers)',
      [
        'step',
        ...flag('batch', 8),
        ...flag('length', 1024),
        ...flag('width', 128),
        ...flag('layers', 2),
        ...flag('vocab', 64),
      ],
    ],
    [
      // As many parameters as Orchid-BERT-base has, in the dense blocks that the peer has too.
      'step of 77 M parameters (B 8, L 128, D 768, 7 layers)',
      [
        'step',
        ...flag('batch', 8),
        ...flag('length', 128),
        ...flag('width', 768),
        ...flag('layers', 7),
        ...flag('vocab', 34304),
      ],
    ],
  ],
};

const about = spawnSync(
  process.execPath,
  [program, 'bench', 'conv', '--backend', 'webgpu', '--length', '16', '--width', '4', '--repeats', '1'],
  { encoding: 'utf8' },
);
const engine = /^engine: (.*)$/m.exec(about.stdout)?.[1];
if (!engine) throw new Error(`webgpu does not run here: ${about.stderr.trim()}`);

const rows = [];
const notes = [];
for (const section of options.only.split(',')) {
  if (!(section in sections)) throw new Error(`--only ${section}: want some of ${Object.keys(sections).join(', ')}`);
  for (const [name, args] of sections[section]()) {
    const own = orchid(args);
    const other = await peerOf(args);
    for (const [who, { cannot } = {}] of [
      ['orchid', own],
      ['the peer', other ?? {}],
    ])
      if (cannot) notes.push(`${name}: ${who} cannot: ${cannot}`);
    const { medianMs, deviceMs, dispatches, megabytes, copyGigabytesPerSecond } = own;
    const share = deviceMs && copyGigabytesPerSecond ? megabytes / deviceMs / copyGigabytesPerSecond : null;
    rows.push([
      name,
      medianMs ?? 'cannot',
      deviceMs ?? '',
      dispatches ?? '',
      megabytes ?? '',
      share === null ? '' : `${(100 * share).toFixed(0)} %`,
      other?.median_ms ?? '',
      other?.median_ms && medianMs ? (other.median_ms / medianMs).toFixed(2) : '',
    ]);
    console.error(rows.at(-1).join('  '));
  }
}
const titles = ['', 'ms', 'ms on the GPU', 'dispatches', 'MB moved', 'of copying', "peer's ms", 'speed, the peer = 1'];
const text = [`${engine}; ${machine()}.`, markdownTable(titles, rows), ...notes].join('\n\n');
console.log(text);
if (options.write) writeMeasured(fileURLToPath(new URL('../BENCHMARKS.md', import.meta.url)), text, 'gpu');
