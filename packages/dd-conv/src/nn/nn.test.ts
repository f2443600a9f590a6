// Modules name what models train and save; seeds must give the same weights on every machine.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { kaimingUniform, Module, normal, Parameter, Rng } from './index.ts';

class Leaf extends Module {
  readonly weight = this.addParameter('weight', tf.ones([2, 3]), { learningRate: 1e-3, weightDecay: 0 });
  readonly frozen = this.addParameter('frozen', tf.ones([4]), { trainable: false });
}
class Tree extends Module {
  readonly own = this.addParameter('own', tf.zeros([5]));
  readonly table = this.addBuffer(
    'table',
    tf.tidy(() => tf.zeros([7])),
  );
  readonly a = this.addModule('blocks.0', new Leaf());
  readonly b = this.addModule('blocks.1', new Leaf());
  readonly again = this.addModule('tied', this.a);
  add(name: string) {
    this.addParameter(name, tf.zeros([1]));
  }
}

describe('Module', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('names every parameter once, own ones first', () => {
    const tree = new Tree();
    expect([...tree.namedParameters().keys()]).toEqual([
      'own',
      'blocks.0.weight',
      'blocks.0.frozen',
      'blocks.1.weight',
      'blocks.1.frozen',
    ]);
    expect(tree.namedParameters().get('blocks.0.weight')?.options).toEqual({ learningRate: 1e-3, weightDecay: 0 });
    expect(tree.trainableVariables().length).toBe(3);
    expect(tree.parameterCount()).toBe(5 + 6 + 6);
    tree.dispose();
  });

  it('outlives the tidy it was made in and frees everything on dispose', () => {
    const before = tf.memory().numTensors;
    let tree: Tree | undefined;
    tf.tidy(() => {
      tree = new Tree();
    });
    expect(tree!.table.isDisposed).toBe(false);
    expect(tree!.own.value.isDisposed).toBe(false);
    tree!.dispose();
    tree!.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("takes another's variable for a parameter's value", async () => {
    const before = tf.memory().numTensors;
    const leaf = new Leaf();
    const variable = tf.variable(tf.fill([2, 3], 7)) as tf.Variable;
    const own = leaf.weight.variable;
    leaf.weight.adopt(variable);
    leaf.weight.adopt(variable);
    expect(own.isDisposed).toBe(true);
    expect(leaf.weight.value).toBe(variable);
    expect(leaf.trainableVariables()).toEqual([variable]);
    expect(() => leaf.weight.adopt(tf.variable(tf.zeros([3, 2])))).toThrow(
      'Parameter.adopt: the variable is float32 of shape [3,2]; want float32 of shape [2,3]',
    );
    expect(() => leaf.weight.adopt(own)).toThrow('the variable is disposed of');
    leaf.dispose();
    expect(variable.isDisposed).toBe(true);
    // The initial values of the two variables and the one that was refused are this test's own.
    expect(tf.memory().numTensors).toBe(before + 3);
  });

  it('says what is wrong with a name or a parameter', () => {
    const tree = new Tree();
    expect(() => tree.add('own')).toThrow("Tree: the name 'own' is taken");
    expect(() => tree.add('blocks.0')).toThrow("the name 'blocks.0' is taken");
    expect(() => tree.add('')).toThrow('needs a name');
    expect(() => new Parameter(tf.zeros([1], 'int32'))).toThrow('dtype int32; want float32');
    expect(() => new Parameter(tf.zeros([1]), { learningRate: -1 })).toThrow('learningRate is -1');
    tree.dispose();
  });
});

describe('Rng', () => {
  it('repeats for a seed and differs between neighbouring seeds', () => {
    const draw = (seed: number) => {
      const rng = new Rng(seed);
      return [0, 1, 2, 3, 4].map(() => rng.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).not.toEqual(draw(7 + 2 ** 32));
    // Pinned: a change here changes every seeded model.
    expect(draw(1)).toMatchInlineSnapshot(`
      [
        393288148,
        2174103013,
        3814759091,
        2092745082,
        1865176206,
      ]
    `);
  });

  it('has the moments of its distributions', () => {
    const rng = new Rng(3);
    const n = 200_000;
    let [mean, square, low, high] = [0, 0, 1, 0];
    for (let i = 0; i < n; i++) {
      const u = rng.uniform();
      low = Math.min(low, u);
      high = Math.max(high, u);
      const x = rng.normal(2, 3);
      mean += x / n;
      square += x ** 2 / n;
    }
    expect(low).toBeGreaterThanOrEqual(0);
    expect(low).toBeLessThan(1e-4);
    expect(high).toBeLessThan(1);
    expect(high).toBeGreaterThan(1 - 1e-4);
    expect(mean).toBeCloseTo(2, 1);
    expect(Math.sqrt(square - mean ** 2)).toBeCloseTo(3, 1);
  });

  it('fills weights as PyTorch bounds them', async () => {
    const weight = kaimingUniform(new Rng(5), [64, 25], 25);
    const values = await weight.data();
    expect(Math.max(...values)).toBeLessThanOrEqual(0.2);
    expect(Math.max(...values)).toBeGreaterThan(0.19);
    expect(Math.min(...values)).toBeLessThan(-0.19);
    expect(normal(new Rng(5), [3, 2]).shape).toEqual([3, 2]);
    expect(() => kaimingUniform(new Rng(5), [1], 0)).toThrow('fanIn is 0');
    expect(() => new Rng(1.5)).toThrow('seed is 1.5');
  });
});
