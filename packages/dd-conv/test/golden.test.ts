// The operators, the conditioning networks and the implicit filter, put together as the authors' block puts them, against
// what their PyTorch block computed in float64: outputs and every gradient.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { groupedConv1d, linear } from '@orchid-ml/backends/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createConditioning, ddConv, ImplicitFilter, type Module, type Norm, type Transform } from '../src/index.ts';
import { engines, error, Rng, start, values } from './engines.ts';

const folder = fileURLToPath(new URL('../../../../shared/golden', import.meta.url));
const isThere = existsSync(folder);
if (!isThere) {
  console.warn(`[shared] SKIPPED: the golden files are not at ${folder}; the authors' block is not compared with`);
}
const files = isThere ? readdirSync(folder).filter((name) => name.startsWith('orchid_')) : ['none'];

interface Golden {
  metadata: Record<string, string>;
  tensors: Map<string, { shape: number[]; data: Float64Array }>;
}

function read(name: string): Golden {
  const bytes = readFileSync(`${folder}/${name}`);
  const header = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString('utf8', 8, 8 + header));
  const tensors = new Map<string, { shape: number[]; data: Float64Array }>();
  for (const [key, entry] of Object.entries<{ shape: number[]; data_offsets: [number, number] }>(entries)) {
    const [from, to] = entry.data_offsets;
    const slice = new Uint8Array(bytes.subarray(8 + header + from, 8 + header + to));
    tensors.set(key, { shape: entry.shape, data: new Float64Array(slice.buffer) });
  }
  return { metadata, tensors };
}

/** The authors' name of a conditioning parameter. */
function conditioningName(name: string, type: string): string {
  const [side, kind, index, what] = name.split('.') as [string, string, string, string];
  const stack =
    {
      time: 'nn_model',
      frequency: type === 'I-freq' ? 'nn_model' : 'nn_model2',
      key: 'nn_model_k',
      query: 'nn_model_q',
    }[side] ?? side;
  const layer = kind === 'convs' ? `conv1d_ls.${index}` : `norm_ls.${index}.n`;
  return `conv_kernel_nn.${stack}.${layer}.${what}`;
}

/** The authors' name of a filter's parameter. */
function filterName(name: string, filter: string): string {
  const layer = /^layers\.(\d+)\.(weight|bias)$/.exec(name);
  if (layer) return `${filter}.implicit_filter.${2 * Number(layer[1])}.${layer[2]}`;
  return name === 'freq' ? `${filter}.implicit_filter.1.freq` : `${filter}.${name}`;
}

describe.skipIf(!isThere).each(files)('[shared] %s', (file) => {
  describe.each(engines)('%s', (engine) => {
    beforeAll(() => start(engine));

    it('outputs within 1e-5, gradients within 1e-4', async () => {
      const { metadata, tensors } = read(file);
      const want = (name: string) => tensors.get(name)!;
      const variables = new Map<string, tf.Variable>();
      const variable = (name: string): tf.Variable => {
        const { data, shape } = want(`param.${name}`);
        const made = tf.variable(tf.tensor(Float32Array.from(data), shape));
        variables.set(name, made);
        return made;
      };
      const fill = <M extends Module>(module: M, nameOf: (name: string) => string): M => {
        for (const [name, parameter] of module.namedParameters()) {
          const theirs = nameOf(name);
          parameter.variable.assign(tf.tensor(Float32Array.from(want(`param.${theirs}`).data), parameter.value.shape));
          variables.set(theirs, parameter.variable);
        }
        return module;
      };
      const width = Number(metadata.d_model);
      const length = Number(metadata.length);
      const transform: Transform = metadata.transform === 'dct-o' ? 'dct' : 'dft';
      const norm: Norm = metadata.transform === 'fft-o' ? 'ortho' : 'forward';
      const type = metadata.conditioning as 'I' | 'I-time' | 'I-freq' | 'II';
      const kernelDomain = metadata.time_domain_kernel === 'True' ? 'time' : 'frequency';
      const conditioning = fill(
        createConditioning(
          {
            type,
            width,
            transform,
            norm,
            kernelDomain,
            filterSize: Number(metadata.conv_filter_size),
            layers: Number(metadata.n_layer),
          },
          new Rng(0),
        ),
        (name) => conditioningName(name, type),
      );
      const filterOf = (name: string) =>
        fill(
          new ImplicitFilter(
            {
              width,
              lMax: Number(metadata.l_max),
              order: Number(metadata.filter_order),
              embDim: Number(metadata.emb_dim),
              numInnerMlps: Number(metadata.num_inner_mlps),
              w: Number(metadata.w),
            },
            new Rng(0),
          ),
          (parameter) => filterName(parameter, name),
        );

      // What a new filter starts with is what theirs starts with.
      const fresh = new ImplicitFilter(
        { width, lMax: Number(metadata.l_max), embDim: Number(metadata.emb_dim), order: Number(metadata.filter_order) },
        new Rng(0),
      );
      const features = fresh.namedParameters().get('pos_emb.z')!.value;
      expect(error(await values(features), want('param.fixed_conv.pos_emb.z').data)).toBeLessThan(1e-6);
      fresh.dispose();

      const kernel = filterOf('fixed_conv');
      const residual = metadata.residual === 'None' ? null : filterOf('fixed_conv_res');
      const residualSkip = residual && variable('fixed_conv_res.bias');
      const skip = variable('fixed_conv.bias');
      const [inWeight, inBias] = [variable('in_linear.weight'), variable('in_linear.bias')];
      const [outWeight, outBias] = [variable('out_linear.weight'), variable('out_linear.bias')];
      const [shortWeight, shortBias] = [variable('conv1d_short.weight'), variable('conv1d_short.bias')];
      const input = (name: string) =>
        tf.tensor3d(Float32Array.from(want(name).data), want(name).shape as [number, number, number]);
      const xVariable = tf.variable(input('input.x'));
      variables.set('x', xVariable);

      const block = (x: tf.Tensor3D): tf.Tensor3D => {
        const p = linear(x, inWeight as tf.Tensor2D, inBias as tf.Tensor1D) as tf.Tensor3D;
        const u = tf.slice(p, [0, 0, 2 * width], [-1, -1, width]);
        const mixed = groupedConv1d(p, shortWeight as tf.Tensor3D, shortBias as tf.Tensor1D, {
          groups: 3 * width,
          padding: 'causal',
        });
        const [g0, g1, v] = tf.split(mixed, 3, 2) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
        const spectrum = conditioning.forward(u);
        const z = tf.mul(g1, v) as tf.Tensor3D;
        const options = { kernel: kernel.forward(length), spectrum, skip: skip as tf.Tensor1D };
        let y: tf.Tensor = tf.mul(g0, ddConv(z, { ...options, transform, norm, kernelDomain }));
        if (residual) {
          y = tf.add(
            y,
            ddConv(x, { kernel: residual.forward(length), skip: residualSkip as tf.Tensor1D, transform, norm }),
          );
        }
        return linear(y, outWeight as tf.Tensor2D, outBias as tf.Tensor1D) as tf.Tensor3D;
      };

      const staticKernel = want('inner.static_kernel').data.slice(0, length * width);
      // Every sine layer multiplies float32's rounding by its frequency, 10: the kernel alone is less exact than the block.
      expect(error(await values(kernel.forward(length)), staticKernel), 'static kernel').toBeLessThan(3e-5);
      expect(error(await values(block(xVariable as tf.Tensor3D)), want('output.y').data), 'output').toBeLessThan(1e-5);
      const cotangent = input('input.cotangent');
      const { grads } = tf.variableGrads(() => tf.sum(tf.mul(block(xVariable as tf.Tensor3D), cotangent)));
      for (const [name, made] of variables) {
        const expected = want(name === 'x' ? 'grad.x' : `grad.${name}`);
        const got = await values(grads[made.name]!);
        expect(error(got, expected.data), `gradient of ${name}`).toBeLessThan(1e-4);
      }
    });
  });
});
