// Which files of a data set of the hub are meant by `hub:owner/name`: of one configuration, and not those of other splits.
import { type HubText, listHubDocuments } from '@orchid-ml/datasets/node';
import { UsageError } from '../../errors.ts';
import { few } from '../../ui/format.ts';

/** What a text is for, by the option that names it. */
export type TextOption = '--text' | '--eval-text';

/** Of a data set or a folder of it, where its files are not named. */
const READABLE = ['*.parquet', '*.jsonl', '*.jsonl.gz', '*.json.gz', '*.txt', '*.txt.gz'];
/** In a path, the names of the splits that are not to be learned from. */
const VALIDATION = /(^|[/_.-])(validation|valid|val|dev)([/_.-]|$)/i;
const TEST = /(^|[/_.-])test([/_.-]|$)/i;

export function isHubText(text: string): boolean {
  return text.startsWith('hub:');
}

/**
 * The files of `hub:owner/name`, of `hub:owner/name/folder`, or those that `hub:owner/name/pattern` names; `name@revision` is
 * another branch, tag or commit than main (a slash in it is written %2F).
 *
 * Where they are not named, a text to learn from leaves out the splits for validation and tests, and a text to evaluate on takes
 * that for validation, else that for tests, else all.
 *
 * @throws UsageError for a name of another form, or where several configurations could be meant; HubError of the hub
 */
export async function hubText(text: string, option: TextOption): Promise<HubText> {
  const [owner, named = '', ...rest] = text.slice('hub:'.length).split('/');
  const [name, revision] = named.split('@', 2);
  if (!owner || !name || revision === '') {
    throw new UsageError(`${option} ${text}: want hub:owner/name, hub:owner/name/files or hub:owner/name@revision`);
  }
  const where = {
    repo: `${owner}/${name}`,
    ...(revision === undefined ? {} : { revision: revision.replaceAll('%2F', '/') }),
  };
  const inside = rest.filter((part) => part !== '').join('/');
  const isFolder =
    inside === '' ||
    !(/[*?[\]{}()!]/.test(inside) || /\.(parquet|(txt|text|md|jsonl|ndjson|json)(\.gz)?)$/i.test(inside));
  if (!isFolder) return { ...where, files: [inside] };
  const folder = inside === '' ? '' : `${inside}/`;
  const paths = await listHubDocuments({ ...where, files: READABLE.map((ending) => `${folder}**/${ending}`) });
  const files = option === '--text' ? toLearnFrom(paths) : toEvaluateOn(paths);
  if (files.length === 0) {
    throw new UsageError(
      `${option} ${text}: it has files for validation and tests alone (${few(paths, 12)}); name those to learn from: ${text}/${paths[0]}`,
    );
  }
  const parts = [...new Set(files.map((path) => partOf(path.slice(folder.length))))];
  if (parts.length > 1) {
    const shown = parts.map((part) => part ?? 'files beside them');
    const first = parts.find((part) => part !== null);
    throw new UsageError(
      `${option} ${text}: it has several parts, which may be other texts or the same again: ${few(shown, 12)}; name one, such as ` +
        `${text}/${first}, or a pattern`,
    );
  }
  return { ...where, files };
}

function toLearnFrom(paths: readonly string[]): string[] {
  return paths.filter((path) => !(VALIDATION.test(path) || TEST.test(path)));
}

function toEvaluateOn(paths: readonly string[]): readonly string[] {
  const splits = [VALIDATION, TEST].map((split) => paths.filter((path) => split.test(path)));
  return splits.find(({ length }) => length > 0) ?? paths;
}

/** The folder that a path begins with, which is a configuration as data sets are laid out; null for a file in none. */
function partOf(path: string): string | null {
  const end = path.indexOf('/');
  return end < 0 ? null : path.slice(0, end);
}
