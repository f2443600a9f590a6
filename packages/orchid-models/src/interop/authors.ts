// Reads and writes the paper authors' PyTorch block: their state_dict names, shapes and settings.
import { decayRates, Rng } from '@orchid-ml/dd-conv';
import { OrchidMixer } from '../mixers/orchid.ts';
import type { DecodedSafetensors, SafetensorsTensor } from '../safetensors/index.ts';
import { loadStateDict, stateDict, toFloat32 } from '../state-dict.ts';
import { authorsName } from './names.ts';
import { optionsToSettings, settingsToOptions } from './settings.ts';

/** What the authors' files keep beside the weights: constants, which are checked, and aliases of the one frequency. */
const EXTRAS = /^fixed_conv(_res)?\.(pos_emb\.t|modulation\.deltas|implicit_filter\.(\d+)\.freq)$/;

function fail(message: string): never {
  throw new Error(`loadAuthorsBlock: ${message}`);
}

/**
 * Makes a mixer from a file of the authors' block: its metadata is the settings, its tensors `param.<name>` (or
 * `<name>` if no name begins so) the state_dict. Float64 becomes float32. Other tensors of a file with the prefix
 * (inputs, outputs, gradients) are not looked at.
 *
 * @throws Error for an unknown setting, a name missing or not of this block, a shape or dtype that does not fit, and
 *   when an alias of the shared frequency, the positions or the decay rates are not what they have to be
 */
export function loadAuthorsBlock(file: DecodedSafetensors): OrchidMixer {
  const prefix = [...file.tensors.keys()].some((name) => name.startsWith('param.')) ? 'param.' : '';
  const theirs = new Map<string, SafetensorsTensor>();
  for (const [name, tensor] of file.tensors) {
    if (name.startsWith(prefix)) theirs.set(name.slice(prefix.length), tensor);
  }
  const mixer = new OrchidMixer(settingsToOptions(file.metadata), new Rng(0));
  try {
    loadStateDict(mixer, fromAuthors(mixer, theirs));
    return mixer;
  } catch (error) {
    mixer.dispose();
    throw error;
  }
}

/** Renames and reshapes the authors' tensors to those of `mixer`, and checks what has no parameter here. */
function fromAuthors(
  mixer: OrchidMixer,
  theirs: ReadonlyMap<string, SafetensorsTensor>,
): Map<string, SafetensorsTensor> {
  const ours = new Map<string, SafetensorsTensor>();
  const used = new Set<string>();
  const missing: string[] = [];
  for (const name of mixer.namedParameters().keys()) {
    const target = authorsName(name, mixer.options.conditioning ?? 'I');
    const tensor = theirs.get(target.name);
    used.add(target.name);
    if (tensor === undefined) missing.push(target.name);
    else ours.set(name, target.leadingOne ? dropLeadingOne(target.name, tensor) : tensor);
  }
  const unexpected = [...theirs.keys()].filter((name) => !used.has(name) && !EXTRAS.test(name));
  if (missing.length > 0 || unexpected.length > 0) {
    const parts = [];
    if (missing.length > 0) parts.push(`missing: ${missing.join(', ')}`);
    if (unexpected.length > 0) parts.push(`not of this block: ${unexpected.join(', ')}`);
    fail(`the tensors do not fit the settings; ${parts.join('; ')}`);
  }
  for (const [name, tensor] of theirs) {
    const extra = EXTRAS.exec(name);
    if (extra !== null && !used.has(name)) checkExtra(name, extra, tensor, theirs, mixer);
  }
  return ours;
}

function dropLeadingOne(name: string, tensor: SafetensorsTensor): SafetensorsTensor {
  if (tensor.shape[0] !== 1) fail(`'${name}' has the shape [${tensor.shape}], want a leading axis of 1`);
  return { ...tensor, shape: tensor.shape.slice(1) };
}

/** Constants that our filter computes itself must agree, or the block would compute something else without a word. */
function checkExtra(
  name: string,
  extra: RegExpExecArray,
  tensor: SafetensorsTensor,
  theirs: ReadonlyMap<string, SafetensorsTensor>,
  { width, lMax }: OrchidMixer,
): void {
  const values = toFloat32(name, tensor);
  let want: ArrayLike<number>;
  if (extra[2] === 'pos_emb.t') want = positions(lMax);
  else if (extra[2] === 'modulation.deltas') want = decayRates(width);
  else {
    const layer = Number(extra[3]);
    const shared = `fixed_conv${extra[1] ?? ''}.implicit_filter.1.freq`;
    if (layer % 2 === 0) fail(`'${name}' is not of this block`);
    want = toFloat32(shared, theirs.get(shared)!);
  }
  const differs =
    values.length !== want.length ||
    values.some((value, i) => Math.abs(Math.abs(value) - Math.abs(want[i]!)) > 1e-5 * Math.max(1, Math.abs(want[i]!)));
  if (differs)
    fail(
      `'${name}' does not hold what this block computes for it; another modulation or an untied frequency is not supported`,
    );
}

/** τ of the modulation: linspace(0, 1, lMax). */
function positions(lMax: number): Float32Array {
  return Float32Array.from({ length: lMax }, (_, t) => (lMax === 1 ? 0 : t / (lMax - 1)));
}

/**
 * The other way: a mixer's parameters under the authors' names and shapes, with the constants and aliases that their
 * state_dict has, and the settings as metadata. `loadAuthorsBlock` takes the result as it is.
 *
 * @throws Error for an option that the authors' block has not
 */
export async function toAuthorsStateDict(mixer: OrchidMixer): Promise<DecodedSafetensors> {
  const metadata = optionsToSettings(mixer.options);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [ours, tensor] of await stateDict(mixer)) {
    const { name, leadingOne } = authorsName(ours, mixer.options.conditioning ?? 'I');
    tensors.set(name, leadingOne ? { ...tensor, shape: [1, ...tensor.shape] } : tensor);
  }
  const { width, lMax } = mixer;
  const sines = (mixer.options.filter?.numInnerMlps ?? 2) + 1;
  for (const filter of (mixer.options.residualLongConv ?? true) ? ['fixed_conv', 'fixed_conv_res'] : ['fixed_conv']) {
    const freq = tensors.get(`${filter}.implicit_filter.1.freq`)!;
    for (let i = 1; i < sines; i++) {
      tensors.set(`${filter}.implicit_filter.${2 * i + 1}.freq`, { ...freq, data: freq.data.slice() });
    }
    tensors.set(`${filter}.pos_emb.t`, { dtype: 'F32', shape: [1, lMax, 1], data: positions(lMax) });
    tensors.set(`${filter}.modulation.deltas`, {
      dtype: 'F32',
      shape: [1, 1, width],
      data: Float32Array.from(decayRates(width)),
    });
  }
  return { tensors, metadata };
}
