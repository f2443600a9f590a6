// A tape of ours under TensorFlow.js's recording, and a walk back along it that frees as it goes. tfjs's own pass frees
// nothing before its end: not what the forward pass saved, not one gradient of what lies between. So its peak is the sum of
// both, where theirs need never be there together.
//
// There is no public way to it, so this file (no other) touches what tfjs-core 4.22 keeps in `tf.engine().state`:
// `activeTape`, onto which every op outside a kernel is pushed while `gradientDepth` is above 0 and `kernelDepth` is 0. The
// three are put back as they were found, since tfjs's own gradients, running around or inside ours, rely on them (on its own
// tf.grads clears the tape of a tf.grads around it). tape.test.ts notices when tfjs changes any of it.
import * as tf from '@tensorflow/tfjs-core';
import { keepShapes } from './shapes.ts';

type State = ReturnType<typeof tf.engine>['state'];
export type TapeNode = State['activeTape'][number];

/** Drops at once what cannot matter: an op on constants alone saves nothing for the way back. */
class Tape extends Array<TapeNode> {
  /** ids of the tensors that are made from the ones asked about, and of those */
  readonly reached: Set<number>;
  readonly asked: ReadonlySet<number>;
  /** trainable variables that were used and not asked about */
  readonly others = new Map<number, tf.Variable>();

  constructor(xs: readonly tf.Tensor[]) {
    super();
    this.asked = new Set(xs.map(({ id }) => id));
    this.reached = new Set(this.asked);
  }

  override push(...nodes: TapeNode[]): number {
    for (const node of nodes) {
      keepShapes(node);
      const inputs = Object.values(node.inputs);
      for (const input of inputs) {
        if (input instanceof tf.Variable && input.trainable && !this.asked.has(input.id))
          this.others.set(input.id, input);
      }
      if (inputs.some(({ id }) => this.reached.has(id))) {
        for (const { id } of node.outputs) this.reached.add(id);
        super.push(node);
      } else if (tf.engine().state.gradientDepth > 1) {
        // Recorded for a tf.grads inside of ours, which may ask about anything.
        super.push(node);
      } else {
        tf.dispose(node.saved);
      }
    }
    return this.length;
  }

  free(): void {
    for (let node = this.pop(); node; node = this.pop()) tf.dispose(node.saved);
  }
}

export interface Recording<T extends tf.Tensor> {
  readonly value: T;
  /** trainable variables that `f` used although nobody asked about them */
  readonly others: readonly tf.Variable[];
  /**
   * Walks back, once: the gradient of Σ dy·value for each x, or null where value does not depend on it; they are the
   * caller's (or its tidy's). dy stays the caller's too.
   */
  backward(dy: tf.Tensor): (tf.Tensor | null)[];
  /** Instead of walking back: frees what was saved. */
  free(): void;
}

/**
 * Runs f, keeping what its ops save for the gradients of `xs`.
 *
 * @throws Error when tfjs-core is not built as this file expects; and whatever f throws, with nothing kept
 */
export function record<T extends tf.Tensor>(f: () => T, xs: readonly tf.Tensor[]): Recording<T> {
  const tape = new Tape(xs);
  let value: T;
  try {
    value = withTape(tape, 1, () => tf.tidy(f));
    if (!(value instanceof tf.Tensor)) throw new Error('the gradient of a function wants a tensor from it');
  } catch (error) {
    tape.free();
    throw error;
  }
  return {
    value,
    others: [...tape.others.values()],
    backward(dy) {
      try {
        return withTape(null, 0, () => tf.tidy(() => walk(tape, value.id, dy, xs) as tf.Tensor[]));
      } finally {
        tape.free();
      }
    },
    free: () => tape.free(),
  };
}

/** Runs `work` while the engine records on this tape, or on none. */
function withTape<R>(tape: Tape | null, depth: 0 | 1, work: () => R): R {
  const { state } = tf.engine();
  const { activeTape, gradientDepth, kernelDepth } = state;
  if (typeof gradientDepth !== 'number' || typeof kernelDepth !== 'number') {
    throw new Error(`gradients: tfjs-core ${tf.version_core} does not keep its tape where 4.22 does`);
  }
  // No tape is what the engine itself calls null, against its own type.
  Object.assign(state, { activeTape: tape, gradientDepth: depth, kernelDepth: 0 });
  try {
    return work();
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}

/** From the last op to the first: its gradients take the place of its outputs', and what it saved is freed. */
function walk(tape: Tape, valueId: number, dy: tf.Tensor, xs: readonly tf.Tensor[]): (tf.Tensor | null)[] {
  const gradients = new Map([[valueId, tf.clone(dy)]]);
  for (let node = tape.pop(); node; node = tape.pop()) {
    try {
      // No op after this one is left, so nobody adds to these gradients or needs them any more.
      const dys = node.outputs.map(({ id }) => take(gradients, id));
      if (dys.some((dy) => dy !== null)) propagate(node, dys, tape.reached, gradients);
      tf.dispose(dys as tf.Tensor[]);
    } finally {
      tf.dispose(node.saved);
    }
  }
  return xs.map(({ id }) => gradients.get(id) ?? null);
}

function take(gradients: Map<number, tf.Tensor>, id: number): tf.Tensor | null {
  const gradient = gradients.get(id) ?? null;
  gradients.delete(id);
  return gradient;
}

/** Adds an op's gradients to those of its inputs that matter. */
function propagate(
  node: TapeNode,
  dys: readonly (tf.Tensor | null)[],
  reached: ReadonlySet<number>,
  gradients: Map<number, tf.Tensor>,
): void {
  const inputs = Object.entries(node.inputs).filter(([, { id }]) => reached.has(id));
  // One tidy for the whole op: what its gradients share on the way is gone afterwards.
  const dxs = tf.tidy(() => {
    if (!node.gradient) throw new Error(`gradients: there is none for ${node.kernelName}`);
    // The engine puts zeros in the place of null.
    const functions = node.gradient(dys as tf.Tensor[]);
    const taken = new Set<tf.Tensor>();
    return inputs.map(([name, input]) => {
      const dx = functions[name]?.();
      if (dx?.dtype !== 'float32' || String(dx.shape) !== String(input.shape)) {
        const got = dx ? `${dx.dtype} of shape [${dx.shape}]` : 'nothing';
        throw new Error(`gradients: ${node.kernelName} gives ${got} for '${name}'; want float32 [${input.shape}]`);
      }
      const own = isOwn(dx) && !taken.has(dx) ? dx : tf.clone(dx);
      taken.add(own);
      return own;
    });
  });
  for (const [i, [, { id }]] of inputs.entries()) {
    const before = gradients.get(id);
    gradients.set(id, before ? tf.add(before, dxs[i]!) : dxs[i]!);
    if (before) tf.dispose([before, dxs[i]!]);
  }
}

/** Whether a tensor was made in the current tidy. A gradient may be dy itself, or saved, or somebody's: not ours to free. */
function isOwn(tensor: tf.Tensor): boolean {
  return !tensor.kept && tensor.scopeId === tf.engine().state.activeScope.id;
}
