// The settings of the paper authors' block, as their files spell them, to and from the mixer's options.
import type { OrchidMixerOptions } from '../mixers/orchid.ts';

type Network = NonNullable<OrchidMixerOptions['network']>;

const TRANSFORMS = {
  fft: { transform: 'dft', norm: 'forward' },
  'fft-o': { transform: 'dft', norm: 'ortho' },
  'dct-o': { transform: 'dct', norm: 'forward' },
} as const;
const CONDITIONINGS = { I: 'I', 'I-time': 'I-time', 'I-freq': 'I-freq', II: 'II' } as const;
const ACTIVATIONS = {
  id: 'identity',
  identity: 'identity',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  softsign: 'softsign',
  softshrink: 'softshrink',
} as const;
const TRUTHS = { True: true, true: true, '1': true, False: false, false: false, '0': false } as const;
const NORMS = { layernorm: 'layernorm', none: 'none', None: 'none' } as const;
const PADDINGS = { zeros: 'zeros', reflect: 'reflect', circular: 'circular' } as const;
const RESIDUALS = { sconv: true, None: false, none: false } as const;
/** The one inner activation that the block has here. */
const INNER = { gelu: 'gelu' } as const;

function fail(message: string): never {
  throw new Error(`authors' settings: ${message}`);
}

/** Reads one setting by table; what is left out is the default. */
function choice<T>(
  metadata: Readonly<Record<string, string>>,
  key: string,
  table: Readonly<Record<string, T>>,
  fallback: string,
): T {
  const value = metadata[key] ?? fallback;
  if (!Object.hasOwn(table, value)) fail(`${key} is '${value}'; known: ${Object.keys(table).join(', ')}`);
  return table[value]!;
}

function number(metadata: Readonly<Record<string, string>>, key: string, fallback?: number): number {
  const text = metadata[key];
  if (text === undefined) return fallback ?? fail(`${key} is missing`);
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) fail(`${key} is '${text}'; want a number`);
  return value;
}

/**
 * Metadata of an authors' file -> options of the mixer. Required: `d_model` and `l_max`; the others fall back to the
 * defaults of OrchidMixer. `actq` may end in `_abs`: the activation is then on the magnitude. Keys that are no settings of
 * the block (batch, length, how the file was made) are not looked at.
 *
 * @throws Error naming the setting when its value is not known
 */
export function settingsToOptions(metadata: Readonly<Record<string, string>>): OrchidMixerOptions {
  const actq = metadata.actq ?? 'id';
  const onMagnitude = actq.endsWith('_abs');
  const activation = choice({ actq: onMagnitude ? actq.slice(0, -4) : actq }, 'actq', ACTIVATIONS, 'id');
  choice(metadata, 'activation', INNER, 'gelu');
  const { transform, norm } = choice<(typeof TRANSFORMS)[keyof typeof TRANSFORMS]>(
    metadata,
    'transform',
    TRANSFORMS,
    'fft',
  );
  // On real coefficients the odd activations do the same to the magnitude as to the value; the sigmoid does not.
  if (onMagnitude && transform === 'dct' && activation === 'sigmoid') {
    fail("actq 'sigmoid_abs' with transform 'dct-o' is not supported");
  }
  const network: Network = {
    filterSize: number(metadata, 'conv_filter_size', 3),
    layers: number(metadata, 'n_layer', 1),
    normLayer: choice(metadata, 'norm', NORMS, 'layernorm'),
    paddingMode: choice(metadata, 'padding_mode', PADDINGS, 'zeros'),
    activation,
    activationOn: onMagnitude ? 'magnitude' : 'parts',
  };
  return {
    width: number(metadata, 'd_model'),
    lMax: number(metadata, 'l_max'),
    conditioning: choice(metadata, 'conditioning', CONDITIONINGS, 'I'),
    transform,
    norm,
    kernelDomain: choice(metadata, 'time_domain_kernel', TRUTHS, 'False') ? 'time' : 'frequency',
    shortFilterOrder: number(metadata, 'short_filter_order', 3),
    residualLongConv: choice(metadata, 'residual', RESIDUALS, 'sconv'),
    filter: {
      order: number(metadata, 'filter_order', 64),
      embDim: number(metadata, 'emb_dim', 5),
      numInnerMlps: number(metadata, 'num_inner_mlps', 2),
      w: number(metadata, 'w', 10),
    },
    network,
  };
}

/** Options of the mixer -> the authors' settings. @throws Error for what the authors' block has not: norm 'backward', |U| with dft, |U|² with dct */
export function optionsToSettings(options: OrchidMixerOptions): Record<string, string> {
  const { transform = 'dft', norm = 'forward', network = {}, filter = {} } = options;
  if (transform === 'dft' && norm === 'backward') fail("norm 'backward' has no name among them");
  const usual = transform === 'dct' ? 'abs' : 'squared';
  if ((network.magnitude ?? usual) !== usual)
    fail(`magnitude '${network.magnitude}' with ${transform} has no name among them`);
  const activation = network.activation ?? 'identity';
  return {
    d_model: `${options.width}`,
    l_max: `${options.lMax}`,
    conditioning: options.conditioning ?? 'I',
    transform: transform === 'dct' ? 'dct-o' : norm === 'ortho' ? 'fft-o' : 'fft',
    time_domain_kernel: options.kernelDomain === 'time' ? 'True' : 'False',
    residual: (options.residualLongConv ?? true) ? 'sconv' : 'None',
    short_filter_order: `${options.shortFilterOrder ?? 3}`,
    filter_order: `${filter.order ?? 64}`,
    emb_dim: `${filter.embDim ?? 5}`,
    num_inner_mlps: `${filter.numInnerMlps ?? 2}`,
    w: `${filter.w ?? 10}`,
    actq: (activation === 'identity' ? 'id' : activation) + (network.activationOn === 'magnitude' ? '_abs' : ''),
    norm: network.normLayer ?? 'layernorm',
    conv_filter_size: `${network.filterSize ?? 3}`,
    n_layer: `${network.layers ?? 1}`,
    padding_mode: network.paddingMode ?? 'zeros',
  };
}
