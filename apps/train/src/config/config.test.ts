// Presets are the first thing users edit: every shipped one loads, every key is explained, every mistake is named.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configJsonSchema } from '@orchid-ml/orchid-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMap, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { applyOverrides } from './overrides.ts';
import { listPresets, loadPreset, presetsFolder } from './presets.ts';
import { leaves } from './schema.ts';
import { mixerKeys } from './schema-parts.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orchid-presets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The preset `recall` with some of its text replaced, as a file. */
function edited(replacements: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(presetsFolder, 'recall.yaml'), 'utf8');
  for (const [before, after] of Object.entries(replacements)) {
    expect(text).toContain(before);
    text = text.replace(before, after);
  }
  const file = join(folder, 'edited.yaml');
  writeFileSync(file, text);
  return file;
}

/** Keys of a YAML file that have a comment of their own right above them. */
function documented(text: string): string[] {
  const found: string[] = [];
  const walk = (map: YAMLMap, prefix: string, commentOfMap: string | null | undefined): void => {
    map.items.forEach((pair, i) => {
      const key = pair.key as { value: string; commentBefore?: string | null };
      const comment = key.commentBefore ?? (i === 0 ? commentOfMap : null);
      if (comment && comment.trim().length > 10) found.push(prefix + key.value);
      if (isMap(pair.value))
        walk(pair.value as YAMLMap, `${prefix}${key.value}.`, (pair.value as YAMLMap).commentBefore);
    });
  };
  const document = parseDocument(text);
  walk(document.contents as YAMLMap, '', document.commentBefore ?? (document.contents as YAMLMap).commentBefore);
  return found;
}

describe('shipped presets', () => {
  it.each(listPresets())('$name loads, and explains every key in a comment', ({ name, task }) => {
    expect(loadPreset(name, task, folder).task).toBe(task);
    const explained = documented(readFileSync(join(presetsFolder, `${name}.yaml`), 'utf8'));
    expect(
      leaves(task)
        .map((leaf) => leaf.key)
        .filter((key) => !explained.includes(key)),
    ).toEqual([]);
  });

  it('describe every key for --help', () => {
    for (const task of ['recall', 'mlm'] as const)
      for (const leaf of leaves(task)) expect(leaf.description.length, leaf.key).toBeGreaterThan(10);
  });
});

// Presets word their keys for people who edit them, and models' configurations theirs for programs: what they allow is one.
describe("the mixers' keys", () => {
  interface Property {
    readonly enum?: readonly unknown[];
    readonly minimum?: number;
    readonly anyOf?: readonly Property[];
  }
  const { properties } = configJsonSchema('orchid-recall') as { readonly properties: Record<string, Property> };
  const preset = (z.toJSONSchema(z.object(mixerKeys)) as { readonly properties: Record<string, Property> }).properties;

  it("are all of the models' keys", () => {
    const own = new Set(leaves('recall').map(({ key }) => key.replace(/^\w+\./, '')));
    expect(Object.keys(properties).filter((key) => key !== 'model_type' && !own.has(key))).toEqual([]);
    expect(Object.keys(mixerKeys).filter((key) => !(key in properties))).toEqual([]);
  });

  it.each(Object.keys(mixerKeys))('%s has the same choices and the same least value', (key) => {
    const all = (one: Property): readonly Property[] => [one, ...(one.anyOf ?? []).flatMap(all)];
    const limits = (property: Property) => ({
      choices: property.enum,
      minimum: all(property).find(({ minimum }) => minimum !== undefined)?.minimum,
    });
    expect(limits(preset[key]!)).toEqual(limits(properties[key]!));
  });
});

describe('a preset with a mistake', () => {
  const failing = (replacements: Readonly<Record<string, string>>) => () =>
    loadPreset(edited(replacements), 'recall', folder);

  it('names an unknown key, the file and the nearest key', () => {
    expect(failing({ '  batch_size: 32': '  batch_size: 32\n  warmup_step: 3' })).toThrow(
      /edited\.yaml: unknown key `training\.warmup_step`; did you mean `schedule\.warmup_steps`/,
    );
  });

  it('says what it got and wanted', () => {
    expect(failing({ '\n  steps: 2': '\n  steps: many # 2' })).toThrow(
      /`training\.steps` is "many" \(a string\); want a whole number/,
    );
    expect(failing({ 'transform: dct': 'transform: fft' })).toThrow(/`model\.transform` is "fft" .* one of dft, dct/);
    expect(failing({ 'vocab_size: 20': 'vocab_size: 21' })).toThrow(/`data\.vocab_size` is 21 .* want an even number/);
    expect(failing({ 'filter_emb_dim: 5': 'filter_emb_dim: 4' })).toThrow(/want an odd number/);
    expect(failing({ '  batch_size: 32': '' })).toThrow(/the key `training\.batch_size` is missing/);
    expect(failing({ 'model:\n': 'model: 3\nmodels:\n' })).toThrow(/`model` is 3 \(a number\); want a table/);
  });

  it('reads what was written before there were workers and attention', () => {
    const mixers = ['mixer', 'num_attention_heads', 'hyena_order', 'hyena_mode', 'linformer_k', 'linformer_share_kv'];
    const reformer = ['num_hashes', 'lsh_attn_chunk_length', 'num_buckets', 'hash_seed'];
    const routing = ['routing_num_clusters', 'routing_window_size'];
    const later = [...mixers, ...reformer, ...routing, 'micro_batch_size', 'recompute', 'memory_gb'];
    const text = readFileSync(join(presetsFolder, 'recall.yaml'), 'utf8');
    const older = text.replace(new RegExp(`^  (${later.join('|')}): .*\\n`, 'gm'), '');
    expect(text.split('\n').length - older.split('\n').length).toBe(later.length);
    writeFileSync(join(folder, 'older.yaml'), older);
    expect(loadPreset('./older.yaml', 'recall', folder)).toEqual(loadPreset('recall', 'recall', folder));
  });

  it('refuses a length that does not fit l_max', () => {
    expect(failing({ 'max_position_embeddings: null': 'max_position_embeddings: 100' })).toThrow(
      /data\.length 128 do not fit the model: model\.max_position_embeddings \(l_max\) is 100/,
    );
  });

  it('refuses what is no YAML, another task, no file, no preset', () => {
    expect(failing({ 'model:\n': 'model: [\n' })).toThrow(/is not valid YAML/);
    expect(failing({ 'task: recall': 'task: mlm' })).toThrow(/for the task "mlm".*orchid train mlm/);
    expect(() => loadPreset('./none.yaml', 'recall', folder)).toThrow(/none\.yaml cannot be read: ENOENT/);
    expect(() => loadPreset('recal', 'recall', folder)).toThrow(
      /no preset `recal`; did you mean `recall`\?[\s\S]*recall-dft/,
    );
    expect(() => loadPreset('recal', 'recall', folder)).toThrow(UsageError);
  });
});

describe('--set', () => {
  const preset = loadPreset('recall', 'recall', folder);
  const set = (...assignments: string[]) => applyOverrides(preset, assignments);

  it('replaces values by the type of their key', () => {
    const changed = set(
      'optimizer.learning_rate=1e-3',
      'model.conditioning=II',
      'model.residual_long_conv=false',
      'seed=7',
    );
    expect(changed.optimizer.learning_rate).toBe(1e-3);
    expect(changed.model.conditioning).toBe('II');
    expect(changed.model.residual_long_conv).toBe(false);
    expect(changed.seed).toBe(7);
    expect(set('training.stop_accuracy=null').training.stop_accuracy).toBe(null);
    expect(set('seed=1', 'seed=2').seed).toBe(2);
    expect(preset.seed).toBe(1);
  });

  it('takes heads of attention that divide the width, and does not look at them for orchid', () => {
    expect(set('model.mixer=attention', 'model.num_attention_heads=8').model.num_attention_heads).toBe(8);
    expect(set('model.num_attention_heads=3').model.mixer).toBe('orchid');
    expect(() => set('model.mixer=attention', 'model.num_attention_heads=3')).toThrow(
      'model.num_attention_heads is 3 and model.hidden_size 64; want a divisor of the width',
    );
  });

  it('takes the keys of every mixer, and looks at those of the chosen one', () => {
    const changed = set('model.mixer=reformer', 'model.num_buckets=8', 'model.num_hashes=4');
    expect(changed.model).toMatchObject({ mixer: 'reformer', num_buckets: 8, num_hashes: 4 });
    expect(set('model.num_buckets=null').model.num_buckets).toBe(null);
    expect(set('model.linformer_k=500').model.mixer).toBe('orchid');
    expect(() => set('model.mixer=linformer', 'model.linformer_k=500')).toThrow(
      'model.linformer_k is 500; want at most l_max, which is 128',
    );
    expect(() => set('model.mixer=routing', 'model.num_attention_heads=64')).toThrow(
      'routing wants heads of at least 2 channels',
    );
  });

  it.each([
    ['model.mixer=mamba', 'want one of orchid, attention, hyena, linformer, reformer, routing'],
    ['model.num_buckets=7', '`model.num_buckets` is 7 (a number); want an even number'],
    ['model.hyena_mode=both', 'want one of causal, bidirectional, circular'],
    ['optimizer.learning_rat=1', 'unknown key `optimizer.learning_rat`; did you mean `optimizer.learning_rate`?'],
    ['lr=1', 'unknown key `lr`; `orchid train recall --help` lists the keys'],
    ['optimizer.learning_rate=fast', '`optimizer.learning_rate` is "fast" (a string); want a number above 0'],
    ['training.steps=1.5', '`training.steps` is 1.5 (a number); want a whole number at least 1'],
    ['training.stop_accuracy=3', 'want a number at least 0 and at most 1, or null'],
    ['model.conditioning=III', 'want one of I, I-time, I-freq, II'],
    ['model.residual_long_conv=1', 'want true or false'],
    ['model.filter_emb_dim=4', 'want an odd number'],
    ['model.max_position_embeddings=64', 'do not fit the model'],
    ['training.steps', 'want key=value'],
  ])('%s is refused', (assignment, message) => {
    expect(() => set(assignment)).toThrow(message);
    expect(() => set(assignment)).toThrow(UsageError);
  });
});

describe('nearest', () => {
  it('forgives a slip and gives up on what is far', () => {
    expect(nearest('wramup', ['warmup', 'seed'])).toBe('warmup');
    expect(nearest('completely_else', ['warmup', 'seed'])).toBeUndefined();
  });
});
