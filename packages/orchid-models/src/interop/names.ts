// Our parameter names and shapes to those of the paper authors' PyTorch block.
import type { OrchidMixerOptions } from '../mixers/orchid.ts';

/** One parameter under the authors' name; they keep some with a leading axis of 1. */
export interface AuthorsParameter {
  name: string;
  leadingOne: boolean;
}

const FILTERS: Readonly<Record<string, string>> = { filter: 'fixed_conv', residual_filter: 'fixed_conv_res' };

/** Where a side of the conditioning network is kept. I-freq has one network only, so its frequency side takes the first name. */
function networkName(side: string, conditioning: NonNullable<OrchidMixerOptions['conditioning']>): string | undefined {
  return {
    time: 'nn_model',
    frequency: conditioning === 'I-freq' ? 'nn_model' : 'nn_model2',
    key: 'nn_model_k',
    query: 'nn_model_q',
  }[side];
}

/**
 * The authors' name of one of our mixer's parameters.
 *
 * @throws Error when the mixer's parameter has no counterpart, which would be a mistake in this file
 */
export function authorsName(
  ours: string,
  conditioning: NonNullable<OrchidMixerOptions['conditioning']>,
): AuthorsParameter {
  const plain = (name: string): AuthorsParameter => ({ name, leadingOne: false });
  if (/^(in|out)_linear\.(weight|bias)$/.test(ours)) return plain(ours);
  if (ours.startsWith('short_conv.')) return plain(ours.replace('short_conv', 'conv1d_short'));
  if (ours === 'skip') return plain('fixed_conv.bias');
  if (ours === 'residual_skip') return plain('fixed_conv_res.bias');

  const [part = '', ...rest] = ours.split('.');
  const filter = FILTERS[part];
  if (filter !== undefined) {
    const inner = rest.join('.');
    if (inner === 'pos_emb.z') return { name: `${filter}.pos_emb.z`, leadingOne: true };
    if (inner === 'freq') return { name: `${filter}.implicit_filter.1.freq`, leadingOne: true };
    // Their list alternates Linear and Sin, so the i-th Linear is entry 2i.
    const layer = /^layers\.(\d+)\.(weight|bias)$/.exec(inner);
    if (layer) return plain(`${filter}.implicit_filter.${2 * Number(layer[1])}.${layer[2]}`);
  }
  const side = part === 'conditioning' ? networkName(rest[0] ?? '', conditioning) : undefined;
  const entry = /^(convs|norms)\.(\d+)\.(weight|bias)$/.exec(rest.slice(1).join('.'));
  if (side !== undefined && entry) {
    const list = entry[1] === 'convs' ? `conv1d_ls.${entry[2]}` : `norm_ls.${entry[2]}.n`;
    return plain(`conv_kernel_nn.${side}.${list}.${entry[3]}`);
  }
  throw new Error(`authorsName: the parameter '${ours}' has no counterpart in the authors' block`);
}
