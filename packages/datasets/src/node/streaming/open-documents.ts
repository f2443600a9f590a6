// Files, folders and patterns on this machine, and data sets of the hub, as documents to stream.
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import {
  type DownloadSnapshotOptions,
  downloadFile,
  etagInCache,
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
      const about = { name: path, id: `${basename(path)}:${size}`, place: await realpath(path) };
      return documentsOf(path, about, async () => path, options);
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
  const { commit, files } = await listing({ ...where, files: patterns });
  const reading = { ...(column === undefined ? {} : { column }), ...(unit === undefined ? {} : { unit }) };
  return files.map(({ path, etag }) => {
    const name = `${repo}/${path}`;
    // Of the contents: a run goes on after a commit that leaves its files as they are.
    const about = { name, id: `${name}#${etag}`, place: `hub:${name}` };
    const download = () => downloadFile({ ...where, revision: commit, branch: revision ?? 'main', path });
    return documentsOf(path, about, download, reading);
  });
}

/** Paths of the files that {@link hubDocuments} opens, for whoever is to choose among them. @throws HubError as it */
export async function listHubDocuments({
  repo,
  files,
  revision,
  column: _column,
  unit: _unit,
  ...hub
}: HubDocumentsOptions): Promise<string[]> {
  const where = { repo, type: 'dataset' as const, ...(revision === undefined ? {} : { revision }), ...hub };
  const listed = await listing({ ...where, files });
  return listed.files.map(({ path }) => path);
}

interface Listed {
  readonly commit: string;
  readonly files: readonly { readonly path: string; readonly etag: string }[];
}

/** What the hub has, or, when it is not to be asked, the cache. */
async function listing(where: DownloadSnapshotOptions): Promise<Listed> {
  try {
    return await listFiles(where);
  } catch (error) {
    if (!(error instanceof HubError && error.kind === 'offline')) throw error;
    const { commit, folder, files } = await snapshot(where);
    const tagged = files.map(async (path) => ({ path, etag: await etagInCache(folder, path) }));
    return { commit, files: await Promise.all(tagged) };
  }
}

function documentsOf(
  path: string,
  about: Pick<DocumentFile, 'name' | 'id'> & { readonly place: string },
  open: () => Promise<string>,
  { column, unit = 'paragraph' }: OpenOptions,
): DocumentFile {
  if (/\.parquet$/i.test(path)) {
    const source = async () => ({ ...(await parquetFile(await open())), name: about.name });
    return parquetDocuments({ ...about, open: source, ...(column === undefined ? {} : { column }) });
  }
  const isJson = /\.(jsonl|ndjson|json)(\.gz)?$/i.test(path);
  const field = column === undefined ? {} : { field: column };
  return textDocuments({ ...about, open, unit: isJson ? 'json' : unit, ...field });
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
