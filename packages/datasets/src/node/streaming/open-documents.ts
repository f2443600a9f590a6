// Files, folders and patterns on this machine, and data sets of the hub, as documents to stream.
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import {
  type DownloadSnapshotOptions,
  downloadFile,
  HubError,
  type HubOptions,
  listFiles,
  snapshot,
} from '@orchid-ml/hub/node';
import { glob } from 'tinyglobby';
import type { DocumentFile } from '../../streaming/documents.ts';
import { parquetDocuments } from '../../streaming/parquet-documents.ts';
import { explain } from '../data-files.ts';
import { parquetFile } from '../parquet.ts';
import { type TextUnit, textDocuments } from './text-documents.ts';

export interface OpenOptions {
  /** The column of Parquet files, or the field of JSON Lines. Default `text`. */
  readonly column?: string;
  /** What a document of a plain text file is. Default `paragraph`. */
  readonly unit?: TextUnit;
}

/** What can be streamed, by the end of a file's name; `.gz` may follow but for Parquet. */
const KNOWN = /\.(txt|text|md|jsonl|ndjson|json|parquet)(\.gz)?$/i;

/**
 * Files to stream, in order.
 *
 * @param paths files, folders (with all that can be read below them) and patterns (`data/*.parquet`)
 * @throws Error naming the path when there is nothing, or a file is of a kind that cannot be streamed
 */
export async function openDocuments(paths: readonly string[], options: OpenOptions = {}): Promise<DocumentFile[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...(await filesOf(path)));
  return Promise.all(
    files.map(async (path) => {
      const { size } = await stat(path);
      return documentsOf(path, `${basename(path)}:${size}`, async () => path, options);
    }),
  );
}

export interface HubDocumentsOptions extends OpenOptions, HubOptions {
  /** A data set: `allenai/c4`. */
  readonly repo: string;
  /** A branch, a tag or a commit. Default `main`. */
  readonly revision?: string;
  /** Which files: paths and patterns (`en/c4-train.*.json.gz`). */
  readonly files: readonly string[];
}

/**
 * Files of a data set of the hub, in order. Each is downloaded, into the hub's cache, when its turn comes.
 *
 * @throws HubError when the hub cannot be asked, or has no file that matches
 */
export async function hubDocuments(options: HubDocumentsOptions): Promise<DocumentFile[]> {
  const { repo, files: patterns, revision, column, unit, ...hub } = options;
  const where = { repo, type: 'dataset' as const, ...(revision === undefined ? {} : { revision }), ...hub };
  const { commit, paths } = await listing({ ...where, files: patterns });
  const reading = { ...(column === undefined ? {} : { column }), ...(unit === undefined ? {} : { unit }) };
  return paths.map((path) =>
    documentsOf(
      path,
      `${repo}/${path}@${commit}`,
      () => downloadFile({ ...where, revision: commit, branch: revision ?? 'main', path }),
      reading,
      `${repo}/${path}`,
    ),
  );
}

/** What the hub has, or, when it is not to be asked, the cache. */
async function listing(where: DownloadSnapshotOptions): Promise<{ commit: string; paths: readonly string[] }> {
  try {
    const { commit, files } = await listFiles(where);
    return { commit, paths: files.map(({ path }) => path) };
  } catch (error) {
    if (!(error instanceof HubError && error.kind === 'offline')) throw error;
    const { commit, files } = await snapshot(where);
    return { commit, paths: files };
  }
}

function documentsOf(
  path: string,
  id: string,
  open: () => Promise<string>,
  { column, unit = 'paragraph' }: OpenOptions,
  name = path,
): DocumentFile {
  if (/\.parquet$/i.test(path)) {
    const source = async () => ({ ...(await parquetFile(await open())), name });
    return parquetDocuments({ name, id, open: source, ...(column === undefined ? {} : { column }) });
  }
  const isJson = /\.(jsonl|ndjson|json)(\.gz)?$/i.test(path);
  const field = column === undefined ? {} : { field: column };
  return textDocuments({ name, id, open, unit: isJson ? 'json' : unit, ...field });
}

async function filesOf(path: string): Promise<string[]> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw explain(path, error);
  });
  if (info?.isFile()) return [path];
  const pattern = info ? '**/*' : path.replaceAll('\\', '/');
  const cwd = info ? path : process.cwd();
  const found = (await glob([pattern], { cwd, absolute: true })).map((file) => resolve(file)).sort();
  const files = info ? found.filter((file) => KNOWN.test(file)) : found;
  if (files.length > 0) return files;
  if (info) throw new Error(`${path}: the folder has no text, JSON Lines or Parquet files`);
  throw new Error(`${path}: there is no such file or folder, and no file matches it as a pattern`);
}
