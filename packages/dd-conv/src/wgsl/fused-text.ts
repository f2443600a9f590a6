// The statements of a fused convolution's program: one loop over all its transforms, and what happens before and after each.
import type { SharedTransform } from '@orchid-ml/fft/wgsl';
import { rowsOf } from './bins.ts';
import { type Fused, needsOf, type Output } from './fused-kinds.ts';

/** What happens before a transform and after it. */
interface Phase {
  /** the value of an element of workgroup memory, if it is there at all; none: memory is as it should be */
  readonly load?: string;
  /** samples that a column has: a param */
  readonly count?: string;
  /** statements on `bin` and its value, `bins`, the transform's; `result` goes back to memory if it `packs` */
  readonly bins?: readonly string[];
  readonly packs?: boolean;
  /** statements on `value`, an element of the transform back */
  readonly store?: readonly string[];
}

/** WGSL condition: this is one of the phases of which `is` says so. */
function which(phases: readonly Phase[], is: (phase: Phase) => boolean): string {
  const numbers = phases.flatMap((phase, i) => (is(phase) ? [`phase == ${i}u`] : []));
  if (numbers.length === phases.length) return 'true';
  return numbers.join(' || ') || 'false';
}

/** The statements of whichever phase it is. */
function choose(phases: readonly Phase[], of: (phase: Phase) => readonly string[] | undefined | ''): string {
  const cases = phases.flatMap((phase, i) => {
    const statements = of(phase) || [];
    return statements.length === 0 ? [] : [`case ${i}u: {\n      ${statements.join('\n      ')}\n    }`];
  });
  return `switch (phase) {\n    ${cases.join('\n    ')}\n    default: {}\n    }`;
}

/** The statements of a program. */
export class FusedText {
  readonly fused: Fused;
  readonly lanes: number;
  readonly transform: SharedTransform;
  readonly values: number;
  readonly needs: ReturnType<typeof needsOf>;

  constructor(fused: Fused, lanes: number, transform: SharedTransform, values: number) {
    this.fused = fused;
    this.lanes = lanes;
    this.transform = transform;
    this.values = values;
    this.needs = needsOf(fused);
  }

  /**
   * One loop over all transforms: a shared kernel's, those of every example, that of a shared kernel's gradient. Its body has the
   * transform once; drivers inline it, and take seconds over many.
   */
  body(): string {
    const { fused, lanes, needs, values } = this;
    const isShared = fused.kernel === 'shared';
    const has = (output: Output) => fused.outputs.includes(output);
    const array = (name: string) => `var ${name}: array<vec4f, ${values}>;`;
    const kernel = needs.kernel ? [this.kernel()] : [];
    const kernelGradient = has('kernel') ? [this.kernelGradient()] : [];
    const first = isShared ? kernel : [];
    const each = [
      ...(isShared ? [] : kernel),
      ...(needs.signal ? this.signal() : []),
      ...(needs.gradient ? this.gradient() : []),
      ...(isShared ? [] : kernelGradient),
    ];
    const last = isShared ? kernelGradient : [];
    const phases = [...first, ...each, ...last];
    const lines = [
      'let laneGroup = group % params.laneGroups;',
      'let block = (group / params.laneGroups) % params.blocks;',
      'let part = group / (params.laneGroups * params.blocks);',
      `let firstPair = laneGroup * ${lanes}u;`,
      'let firstExample = part * params.chunk;',
      'let examples = min(params.chunk, params.batch - firstExample);',
      ...(needs.kernel ? [array('kernelBins')] : []),
      ...(needs.correlates ? [array('signalBins')] : []),
      ...(has('kernel') ? [array('correlations')] : []),
      ...(has('skip') ? ['var skipSum = vec2f();'] : []),
      `let steps = examples * ${each.length}u + ${first.length + last.length}u;`,
      'for (var step = 0u; step < steps; step++) {',
      `  var phase = step;`,
      '  var example = firstExample;',
      `  if (step >= ${first.length}u) {`,
      `    phase = ${first.length}u + (step - ${first.length}u) % ${each.length}u;`,
      `    example += (step - ${first.length}u) / ${each.length}u;`,
      '  }',
      ...(last.length > 0 ? [`  if (step + 1u == steps) { phase = ${phases.length - 1}u; }`] : []),
      '  workgroupBarrier();',
      this.loads(phases),
      ...(has('kernel') ? [this.packsCorrelations(phases)] : []),
      '  forward(local);',
      this.afterwards(phases),
      '}',
      ...(has('skip') ? [this.sumSkip()] : []),
    ];
    return lines.join('\n');
  }

  /** For every element of workgroup memory: sample t of a pair of channels, `at` its place, `isThere` whether there is one. */
  private each(phases: readonly Phase[], body: string): string {
    const { lanes, fused, transform } = this;
    const stride = rowsOf(fused.n1) * lanes;
    const ofKernel = phases.findIndex(({ count }) => count === 'params.kernelRows');
    let isThere = `k1 < ${fused.n1}u`;
    if (fused.n1 === 1) {
      isThere =
        ofKernel < 0
          ? 't < params.length'
          : `t < select(params.length, params.kernelRows, ${which(phases, (p) => p.count === 'params.kernelRows')})`;
    }
    return `
for (var i = local; i < params.n * ${stride}u; i += ${transform.invocations}u) {
  let t = i / ${stride}u;
  let pair = firstPair + i % ${lanes}u;
  ${fused.n1 === 1 ? `let at = place(t) * ${lanes}u + i % ${lanes}u;` : `let k1 = rowOf(block, (i / ${lanes}u) % 2u);\n  let at = i;`}
  let isThere = ${isThere} && pair < params.pairs;
  ${body}
}`.trim();
  }

  /** Everything that loads, in one loop: what is written once is compiled once. */
  private loads(phases: readonly Phase[]): string {
    const loop = this.each(
      phases,
      `var value = vec2f();
  if (isThere) {
    ${choose(phases, ({ load }) => load && [`value = ${load};`])}
  }
  mem[at] = value;`,
    );
    return `if (${which(phases, ({ load }) => load !== undefined)}) {\n${loop}\n}`;
  }

  private packsCorrelations(phases: readonly Phase[]): string {
    const isLast = which(
      phases,
      ({ load, count, store }) => !load && count === 'params.kernelRows' && store !== undefined,
    );
    return `if (${isLast}) {\n${this.bins(['pack(bin, correlations[v]);'])}\n}`;
  }

  private afterwards(phases: readonly Phase[]): string {
    const packs = which(phases, (phase) => phase.packs === true);
    const bins = this.bins([
      'let bins = unpack(bin);',
      'var result = vec4f();',
      choose(phases, (phase) => phase.bins),
      ...(packs === 'false' ? [] : [`if (${packs}) { pack(bin, result); }`]),
    ]);
    const stores = this.each(
      phases,
      `if (isThere) {\n    let value = mem[at].yx;\n    ${choose(phases, ({ store }) => store)}\n  }`,
    );
    const hasStores = phases.some(({ store }) => store);
    return `if (${which(phases, (phase) => phase.bins !== undefined)}) {\n${bins}\n}${hasStores ? ` else {\n${stores}\n}` : ''}`;
  }

  private rowIndex(owner: string): string {
    return `((${owner} * ${this.fused.n1}u + k1) * ${this.transform.length} + t) * params.pairs + pair`;
  }

  /** For every value that this invocation owns: its bin and pair; `v` is its number. */
  private bins(statements: readonly string[]): string {
    const loop = this.values === 1 ? '{\n  const v = 0u;' : 'for (var v = 0u; v < params.values; v++) {';
    return `
${loop}
  let i = v * ${this.transform.invocations}u + local;
  let pair = firstPair + i % ${this.lanes}u;
  if (i < valuesIn(block) && pair < params.pairs) {
    let bin = binOf(i, block);
    ${statements.join('\n    ')}
  }
}`.trim();
  }

  private kernel(): Phase {
    const { n1, hasSkip, kernel } = this.fused;
    const owner = kernel === 'shared' ? '0u' : 'example';
    const value = n1 === 1 ? `get_kernel(${owner} * params.kernelRows + t, pair)` : `kernel[${this.rowIndex(owner)}]`;
    const skip = hasSkip ? ' + constant(get_skip(0u, pair), bin.k)' : '';
    return {
      load: value,
      count: 'params.kernelRows',
      bins: [`kernelBins[v] = params.scale * bins${skip};`],
    };
  }

  /** F(h) + H + d of the value at hand. */
  private response(): string {
    const { needs } = this;
    const terms = [
      needs.kernel ? 'kernelBins[v]' : '',
      needs.spectrum ? 'spectrumAt(example, bin, pair)' : '',
      needs.skip && !needs.kernel ? 'constant(get_skip(0u, pair), bin.k)' : '',
    ];
    return terms.filter((term) => term !== '').join(' + ');
  }

  private signal(): Phase[] {
    const { needs, fused } = this;
    const { n1, hasInputGate, hasOutputGate, outputs } = fused;
    const row = 'example * params.length + t, pair';
    const gate = hasInputGate ? ` * get_inputGate(${row})` : '';
    const value = n1 === 1 ? `get_z(${row})${gate}` : `z[${this.rowIndex('example')}]`;
    const toBins = {
      load: value,
      bins: [
        ...(needs.correlates ? ['signalBins[v] = bins;'] : []),
        ...(needs.filtersSignal ? [`result = product(bins, ${this.response()}, bin.k);`] : []),
      ],
      packs: needs.filtersSignal,
    };
    if (!needs.filtersSignal) return [toBins];
    let statement = `put_dOutputGate(${row}, value * get_dy(${row}));`;
    if (n1 > 1) statement = `z[${this.rowIndex('example')}] = value;`;
    else if (outputs.includes('y')) {
      statement = `put_y(${row}, value${hasOutputGate ? ` * get_outputGate(${row})` : ''});`;
    }
    return [toBins, { store: [statement] }];
  }

  private gradient(): Phase[] {
    const { needs, fused } = this;
    const { n1, hasInputGate, hasOutputGate, outputs, kernel } = fused;
    const row = 'example * params.length + t, pair';
    const gate = hasOutputGate ? ` * get_outputGate(${row})` : '';
    const value = n1 === 1 ? `get_dy(${row})${gate}` : `dy[${this.rowIndex('example')}]`;
    const has = (output: Output) => outputs.includes(output);
    const correlations = [
      'let correlated = correlation(signalBins[v], bins, bin.k);',
      ...(has('spectrum') ? ['putSpectrum(example, bin, pair, correlated);'] : []),
      ...(has('kernel') ? [`correlations[v] ${kernel === 'shared' ? '+=' : '='} correlated;`] : []),
      ...(has('skip') ? ['skipSum += constantGradient(correlated, bin.k);'] : []),
    ];
    const toBins = {
      load: value,
      bins: [
        ...(needs.correlates ? correlations : []),
        ...(needs.filtersGradient ? [`result = correlation(${this.response()}, bins, bin.k);`] : []),
      ],
      packs: needs.filtersGradient,
    };
    if (!needs.filtersGradient) return [toBins];
    const statements = [
      ...(has('z') ? [`put_dz(${row}, value${hasInputGate ? ` * get_inputGate(${row})` : ''});`] : []),
      ...(has('inputGate') ? [`put_dInputGate(${row}, value * get_z(${row}));`] : []),
    ];
    const rows = [`dy[${this.rowIndex('example')}] = value;`];
    return [toBins, { store: n1 === 1 ? statements : rows }];
  }

  private kernelGradient(): Phase {
    const isShared = this.fused.kernel === 'shared';
    const row = `${isShared ? 'part' : 'example'} * params.kernelRows + t`;
    const statement =
      this.fused.n1 === 1
        ? `put_dKernel(${row}, pair, value * params.scale);`
        : `kernel[${this.rowIndex(isShared ? '0u' : 'example')}] = value;`;
    return { count: 'params.kernelRows', store: [statement] };
  }

  /** All invocations' sums of a pair: a half is added to the other until one is left. */
  private sumSkip(): string {
    const { lanes } = this;
    return `
workgroupBarrier();
mem[local] = skipSum;
for (var count = ${this.transform.invocations / lanes}u; count > 1u; count = (count + 1u) / 2u) {
  workgroupBarrier();
  let kept = (count + 1u) / 2u * ${lanes}u;
  if (local + kept < count * ${lanes}u) { mem[local] += mem[local + kept]; }
}
if (local < ${lanes}u && firstPair + local < params.pairs) {
  put_dSkip(part * params.blocks + block, firstPair + local, mem[local]);
}`.trim();
  }
}
