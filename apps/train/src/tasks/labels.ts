// Names of classes, as config.json has them.

/** What a model's configuration says of its classes. */
export function labelKeys(classes: readonly string[]) {
  return {
    num_labels: classes.length,
    id2label: Object.fromEntries(classes.map((name, id) => [String(id), name])),
    label2id: Object.fromEntries(classes.map((name, id) => [name, id])),
  };
}
