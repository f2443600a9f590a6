// What all metrics ask of their arguments.

/** @throws Error unless there are as many predictions as labels, at least one, all of them numbers */
export function checkPairs(what: string, predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
  if (predictions.length !== labels.length)
    throw new Error(`${what}: there are ${predictions.length} predictions and ${labels.length} labels; want as many`);
  if (labels.length === 0) throw new Error(`${what}: there are no labels; want at least one`);
  for (const [name, values] of [
    ['predictions', predictions],
    ['labels', labels],
  ] as const)
    for (let i = 0; i < values.length; i++)
      if (!Number.isFinite(values[i])) throw new Error(`${what}: ${name}[${i}] is ${values[i]}; want a number`);
}

/** @throws Error unless all are integers from 0 on, as classes are */
export function checkClasses(what: string, predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkPairs(what, predictions, labels);
  for (const [name, values] of [
    ['predictions', predictions],
    ['labels', labels],
  ] as const)
    for (let i = 0; i < values.length; i++)
      if (!Number.isInteger(values[i]) || values[i]! < 0)
        throw new Error(`${what}: ${name}[${i}] is ${values[i]}; want a class, an integer from 0 on`);
}
