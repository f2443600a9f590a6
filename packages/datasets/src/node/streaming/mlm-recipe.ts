// A stream of masked-language batches from plain settings, which another thread can be sent.
import type { Tokenizer } from '@orchid-ml/tokenizers';
import type { MlmDataset } from '../../mlm.ts';
import type { DocumentFile } from '../../streaming/documents.ts';
import { openHeldOut } from '../../streaming/held-out.ts';
import { MlmStream, type MlmStreamOptions } from '../../streaming/mlm-stream.ts';
import { type HubDocumentsOptions, hubDocuments, type OpenOptions, openDocuments } from './open-documents.ts';

/** Texts on this machine: files, folders and patterns. */
export interface LocalText extends OpenOptions {
  readonly paths: readonly string[];
}

/** Texts of a data set of the hub. */
export type HubText = Omit<HubDocumentsOptions, 'fetch' | 'signal' | 'onProgress' | 'onNotice'>;

export type TextSource = LocalText | HubText;

export interface MlmRecipe extends Omit<MlmStreamOptions, 'files' | 'heldOut' | 'tokenizer'> {
  readonly text: TextSource;
  /**
   * Texts to evaluate on; files of them that `text` has too are not trained on. Default: the first documents of `text`, which
   * are then not trained on.
   */
  readonly heldOut?: TextSource;
}

/**
 * A stream over texts on this machine or of the hub.
 *
 * @throws Error naming the option that does not fit, or the file or folder that cannot be read; HubError of the hub
 */
export async function openMlmStream(
  { text, heldOut, ...options }: MlmRecipe,
  tokenizer: Tokenizer,
): Promise<MlmStream> {
  const files = await documentsOf(text);
  const others = heldOut === undefined ? {} : { heldOut: await documentsOf(heldOut) };
  return MlmStream.open({ ...options, files, ...others, tokenizer });
}

/**
 * What {@link openMlmStream} evaluates on, alone: a text of its own may then be one that was learned from.
 *
 * @throws Error as it
 */
export async function openMlmHeldOut(recipe: MlmRecipe, tokenizer: Tokenizer): Promise<MlmDataset> {
  if (recipe.heldOut === undefined) return (await openMlmStream(recipe, tokenizer)).heldOut;
  const { heldOut } = await openHeldOut(await documentsOf(recipe.heldOut), { ...recipe, tokenizer });
  return heldOut;
}

function documentsOf(source: TextSource): Promise<DocumentFile[]> {
  return 'paths' in source ? openDocuments(source.paths, source) : hubDocuments(source);
}
