// What makes up a model's parameters: the count that a paper gives is checked part by part.
import type { Module } from '@orchid-ml/dd-conv';

export interface PartCount {
  /** names of parameters up to some depth, the same part of all layers together: `blocks.*.mixer.filter` */
  readonly part: string;
  /** trained values */
  readonly parameters: number;
}

/**
 * The parameters of a module by its parts, largest first.
 *
 * @param depth names that a part has after the number of its layer, default 2; outside of layers, as many names altogether
 */
export function parameterParts(module: Module, depth = 2): PartCount[] {
  const counts = new Map<string, number>();
  for (const [name, { variable }] of module.namedParameters()) {
    if (!variable.trainable) continue;
    const part = partOf(name.split('.'), depth);
    counts.set(part, (counts.get(part) ?? 0) + variable.size);
  }
  return [...counts].map(([part, parameters]) => ({ part, parameters })).sort((a, b) => b.parameters - a.parameters);
}

function partOf(names: readonly string[], depth: number): string {
  const layer = names.findIndex((name) => /^\d+$/.test(name));
  const kept = names.slice(0, Math.min(names.length - 1, layer + 1 + depth));
  return kept.map((name, i) => (i === layer ? '*' : name)).join('.') || names.join('.');
}
