// Metrics beside values worked out by hand, published ones, and the definitions they come from.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracy, f1, matthews, metricsOf, pearson, spearman } from './index.ts';
import { ranks } from './spearman.ts';

describe('classes', () => {
  // TP 6, FN 2, FP 1, TN 3: the example of twelve cats and dogs that is often printed, where MCC is 0.478.
  const labels = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0];
  const predictions = [0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1];

  it('accuracy, F1 and Matthews by hand', () => {
    expect(accuracy(predictions, labels)).toBe(9 / 12);
    expect(f1(predictions, labels)).toBe(12 / 15);
    expect(f1(predictions, labels, 0)).toBe(6 / 9);
    expect(matthews(predictions, labels)).toBeCloseTo((6 * 3 - 1 * 2) / Math.sqrt(7 * 8 * 4 * 5), 14);
    expect(matthews(predictions, labels)).toBeCloseTo(0.478, 3);
  });

  it('perfect, opposite and undefined', () => {
    expect([accuracy(labels, labels), f1(labels, labels), matthews(labels, labels)]).toEqual([1, 1, 1]);
    const opposite = labels.map((label) => 1 - label);
    expect([accuracy(opposite, labels), f1(opposite, labels), matthews(opposite, labels)]).toEqual([0, 0, -1]);
    expect(
      matthews(
        labels.map(() => 1),
        labels,
      ),
    ).toBe(0);
    expect(
      matthews(
        labels,
        labels.map(() => 0),
      ),
    ).toBe(0);
    expect(f1([0, 0], [0, 0])).toBe(0);
  });

  it('Matthews of two classes is the correlation of their numbers', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 40 }), (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        expect(matthews(a, b)).toBeCloseTo(pearson(a, b), 12);
      }),
    );
  });

  it('Matthews of three classes, from the confusion matrix by its definition', () => {
    // scikit-learn's user guide: three classes, all but one right.
    const [truth, guess] = [
      [0, 1, 2, 0, 1, 2, 2],
      [0, 1, 2, 0, 2, 2, 2],
    ];
    const matrix = Array.from({ length: 3 }, (_, k) =>
      Array.from({ length: 3 }, (_, l) => truth.filter((t, i) => t === k && guess[i] === l).length),
    );
    let [top, left, right] = [0, 0, 0];
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const row = (k: number) => sum(matrix[k]!);
    const column = (k: number) => sum(matrix.map((values) => values[k]!));
    for (let k = 0; k < 3; k++)
      for (let l = 0; l < 3; l++)
        for (let m = 0; m < 3; m++) top += matrix[k]![k]! * matrix[l]![m]! - matrix[k]![l]! * matrix[m]![k]!;
    for (let k = 0; k < 3; k++) {
      left += row(k) * (7 - row(k));
      right += column(k) * (7 - column(k));
    }
    expect(matthews(guess, truth)).toBeCloseTo(top / Math.sqrt(left * right), 12);
    expect(metricsOf(['matthews', 'accuracy'], guess, truth).accuracy).toBe(6 / 7);
  });
});

describe('numbers', () => {
  it('Pearson by hand', () => {
    // Deviations -2 -1 0 1 2 and -2 0 -1 2 1: 8 / sqrt(10 * 10).
    expect(pearson([1, 2, 3, 4, 5], [1, 3, 2, 5, 4])).toBeCloseTo(0.8, 14);
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 14);
    expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 14);
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 4])).toBe(0);
    expect(pearson([1, 1, 1], [1, 2, 3])).toBe(0);
  });

  it('Spearman, also of ties', () => {
    // Ten people's IQ and hours of television: rho = -29/165, an example often printed.
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 12);
    expect([...ranks([10, 20, 20, 5, 20, 10])]).toEqual([2.5, 5, 5, 1, 5, 2.5]);
    // Ranks 1 2.5 2.5 4 and 1 2 3 4: 4.5 / sqrt(4.5 * 5).
    expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 14);
    expect(spearman([1, 10, 100], [1, 2, 3])).toBeCloseTo(1, 14);
    expect(spearman([2, 2], [1, 2])).toBe(0);
  });

  it('neither changes with scale and shift, and Spearman with nothing that keeps the order', () => {
    const number = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 30 }), (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        expect(
          pearson(
            a.map((x) => 3 * x - 7),
            b,
          ),
        ).toBeCloseTo(pearson(a, b), 10);
        expect(
          spearman(
            a.map((x) => x ** 3),
            b,
          ),
        ).toBeCloseTo(spearman(a, b), 10);
        expect(spearman(a, b)).toBeCloseTo(spearman(b, a), 12);
      }),
    );
  });
});

describe('what does not fit', () => {
  it.each([
    [() => accuracy([], []), 'accuracy: there are no labels'],
    [() => f1([1], [1, 0]), 'f1: there are 1 predictions and 2 labels; want as many'],
    [() => matthews([0.5], [1]), 'matthews: predictions[0] is 0.5; want a class'],
    [() => accuracy([1], [-1]), 'accuracy: labels[0] is -1; want a class'],
    [() => pearson([Number.NaN], [1]), 'pearson: predictions[0] is NaN; want a number'],
    [() => spearman([1, 2], [1, Number.POSITIVE_INFINITY]), 'spearman: labels[1] is Infinity'],
    [() => metricsOf(['bleu' as 'f1'], [1], [1]), 'metric is "bleu"; want accuracy, f1, matthews, pearson, spearman'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });
});
