// `--set optimizer.learning_rate=1e-3`: values typed on the command line, typed by the schema.
import { parse } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { suggestion } from './nearest.ts';
import { leaves, type RunConfig } from './schema.ts';
import { shown, validate, wanted } from './validate.ts';

function isText(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodNullable) return isText(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral;
}

function typed(schema: z.ZodType, text: string): unknown {
  if (schema instanceof z.ZodNullable && (text === 'null' || text === 'none')) return null;
  return isText(schema) ? text : parse(text);
}

/**
 * A configuration with some keys replaced.
 *
 * @param config the preset's values; not changed
 * @param assignments `key=value` each; later ones win
 * @throws UsageError for text without `=`, an unknown key (with the nearest one) or a value that does not fit the key
 */
export function applyOverrides<C extends RunConfig>(config: C, assignments: readonly string[]): C {
  const all = leaves(config.task);
  const copy = structuredClone(config) as unknown as Record<string, unknown>;
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const key = assignment.slice(0, at).trim();
    if (at <= 0) throw new UsageError(`--set ${assignment}: want key=value, e.g. --set optimizer.learning_rate=1e-3`);
    const leaf = all.find((candidate) => candidate.key === key);
    if (!leaf) {
      const guess = suggestion(
        key,
        all.map((candidate) => candidate.key),
      );
      throw new UsageError(
        `--set ${assignment}: unknown key \`${key}\`${guess || `; \`orchid train ${config.task} --help\` lists the keys`}`,
      );
    }
    const text = assignment.slice(at + 1).trim();
    let value: unknown;
    try {
      value = typed(leaf.schema, text);
    } catch {
      value = text;
    }
    const misfit = leaf.schema.safeParse(value).error?.issues[0];
    if (misfit) {
      const want = misfit.code === 'custom' ? misfit.message : `want ${wanted(leaf.schema)}`;
      throw new UsageError(`--set ${assignment}: \`${key}\` is ${shown(value)}; ${want}`);
    }
    const parts = key.split('.');
    const last = parts.pop()!;
    const owner = parts.reduce((node, part) => node[part] as Record<string, unknown>, copy);
    owner[last] = value;
  }
  return validate(copy, config.task, assignments.length ? `--set ${assignments.join(' --set ')}` : 'the preset') as C;
}
