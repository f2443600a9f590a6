// `orchid models`: the sizes that have a name, and what their parameters are made of; counted, not allocated.
import {
  inspectModel,
  type NamedSize,
  parameterCount,
  parameterParts,
  parseConfig,
  SIZES,
} from '@orchid-ml/orchid-models';
import { suggestion } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import * as format from '../ui/format.ts';

interface Options {
  readonly depth: number;
  readonly json?: boolean;
}

/** 77299776 -> `77.3 M`. */
function short(parameters: number): string {
  return parameters >= 999_500 ? `${(parameters / 1e6).toFixed(1)} M` : `${(parameters / 1e3).toFixed(0)} K`;
}

function listAll(options: Options, io: Io): number {
  const counted = SIZES.map((size) => ({ ...size, parameters: inspectModel(size.config, parameterCount) }));
  if (options.json) {
    for (const { name, config, parameters, published, note } of counted) {
      say(io, JSON.stringify({ name, model_type: config.model_type, parameters, published, note }));
    }
    return 0;
  }
  const rows = counted.map(({ name, config, parameters, published }) => [
    name,
    config.model_type,
    format.count(parameters),
    short(published.parameters),
    `${parameters < published.parameters ? '-' : '+'}${format.percent(Math.abs(parameters / published.parameters - 1))}`,
    published.source,
  ]);
  const head = ['name', 'model_type', 'parameters', 'published', 'apart', 'source'];
  for (const line of format.table([head, ...rows], [2, 3, 4])) say(io, line);
  say(io, '\nWhat one is made of: orchid models <name>');
  return 0;
}

function showOne({ name, config, note }: NamedSize, options: Options, io: Io): number {
  const { parameters, parts } = inspectModel(config, (model) => ({
    parameters: parameterCount(model),
    parts: parameterParts(model, options.depth),
  }));
  const complete = parseConfig(config);
  if (options.json) {
    say(io, JSON.stringify({ name, parameters, parts, config: complete, note }));
    return 0;
  }
  say(io, `${name}: ${format.count(parameters)} parameters${note ? ` (${note})` : ''}\n`);
  const rows = parts.map(({ part, parameters: some }) => [part, format.count(some), format.percent(some / parameters)]);
  for (const line of format.table(rows, [1, 2])) say(io, line);
  say(io, `\n${JSON.stringify(complete, null, 2)}`);
  return 0;
}

export function run([name]: readonly string[], options: Options, io: Io): Promise<number> {
  if (name === undefined) return Promise.resolve(listAll(options, io));
  const size = SIZES.find((each) => each.name === name);
  if (size) return Promise.resolve(showOne(size, options, io));
  const known = SIZES.map((each) => each.name);
  throw new UsageError(`there is no size \`${name}\`${suggestion(name, known) || `; known: ${known.join(', ')}`}`);
}
