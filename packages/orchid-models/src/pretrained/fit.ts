// Which tensors of a file become which parameters of a model: all of the body's, and the head's if it is the same head.
import type { ModelType } from '../config/index.ts';
import type { Model } from '../models/model.ts';
import type { SafetensorsTensor } from '../safetensors/index.ts';
import { listed } from '../state-dict.ts';
import { bertNames } from './bert-names.ts';
import { vitNames } from './vit-names.ts';

export type Tensors = ReadonlyMap<string, Readonly<SafetensorsTensor>>;

/** The kinds of models whose files other programs write, and the names of our parameters for those of the files. */
const FOREIGN: Partial<Record<ModelType, (tensors: Tensors, wanted: ReadonlySet<string>) => Tensors>> = {
  bert: bertNames,
  vit: vitNames,
};

const FLOATS: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16']);

export interface Fit {
  /** by parameter name */
  readonly loaded: Tensors;
  /** parameters of a new head, for which the file has nothing */
  readonly fresh: string[];
  /** tensors of the file that the model has no place for, such as another head's */
  readonly unused: string[];
}

/**
 * @param isNewHead the head was asked for by the caller: what the file lacks of it, or has in another shape, starts afresh
 * @throws Error naming what is missing or of another shape, when it is no part of a new head; and what is left over, of our own
 *   models, whose files hold nothing else
 */
export function fit(model: Model, tensors: Tensors, isNewHead: boolean): Fit {
  const parameters = model.namedParameters();
  const rename = FOREIGN[model.kind];
  const named = rename ? rename(tensors, new Set(parameters.keys())) : tensors;
  const isOfHead = (name: string) => model.headPrefixes?.some((prefix) => name.startsWith(prefix)) ?? false;
  const [loaded, fresh] = [new Map<string, Readonly<SafetensorsTensor>>(), [] as string[]];
  const problems: string[] = [];
  const missing: string[] = [];
  const unused = [...named.keys()].filter((name) => !parameters.has(name));
  for (const [name, { variable }] of parameters) {
    const tensor = named.get(name);
    const fits = tensor?.shape.length === variable.rank && tensor.shape.every((size, i) => size === variable.shape[i]);
    const isNumber = tensor && FLOATS.has(tensor.dtype);
    if (tensor && fits && isNumber) loaded.set(name, tensor);
    else if (isNewHead && isOfHead(name)) {
      fresh.push(name);
      if (tensor) unused.push(name);
    } else if (tensor && !isNumber) {
      problems.push(`'${name}' has the dtype ${tensor.dtype}, want F32 (or F64, F16, BF16, which are converted)`);
    } else if (tensor) problems.push(`'${name}' has the shape [${tensor.shape}], want [${variable.shape}]`);
    else missing.push(name);
  }
  if (missing.length > 0) {
    const isHead = missing.every(isOfHead);
    const hint = isHead ? ' (all of the head: name the head that you want in `config`, and it starts afresh)' : '';
    problems.unshift(`${listed(missing)} missing${hint}`);
  }
  const strange = rename ? [] : unused.filter((name) => !(isNewHead && isOfHead(name)));
  if (strange.length > 0) problems.push(`${listed(strange)} not a parameter of ${model.constructor.name}`);
  if (problems.length > 0) throw new Error(problems.join('; '));
  return { loaded, fresh, unused };
}
