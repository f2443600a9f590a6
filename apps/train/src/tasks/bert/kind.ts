// Pre-training of Orchid-BERT: masked words of text of any size, streamed from files or from the hub.
import { resolve } from 'node:path';
import { MlmStream } from '@orchid-ml/datasets';
import { type MlmRecipe, openDocuments, openMlmStream, PrefetchedMlm } from '@orchid-ml/datasets/node';
import { type Tokenizer, type TokenizerJSON, tokenizerFromJSON } from '@orchid-ml/tokenizers';
import { mlmTask } from '@orchid-ml/trainers';
import type { BertConfig } from '../../config/text-schema.ts';
import { failing, UsageError } from '../../errors.ts';
import type { Sources } from '../../run/folder.ts';
import * as format from '../../ui/format.ts';
import type { TaskKind } from '../kind.ts';
import { concludeMasked } from '../masked.ts';
import { modelKeys } from '../model-keys.ts';
import { folderOrName, sayTokenizer, tokenizerFor } from '../text-tokenizer.ts';
import { evaluateBert } from './evaluate.ts';
import { isHubText } from './hub-text.ts';
import { recipeOf } from './recipe.ts';

/** What a thread makes the task from. */
interface Share {
  readonly recipe: MlmRecipe;
  readonly tokenizer: TokenizerJSON;
}

/** Documents of the text, as many as a vocabulary needs to see. */
async function* someText({ data }: BertConfig, text: string, most: number): AsyncGenerator<string> {
  if (isHubText(text)) {
    throw new UsageError(
      'a text of the hub wants --tokenizer NAME: a vocabulary is learned from files of this machine only',
    );
  }
  let seen = 0;
  for (const file of await openDocuments([text], { column: data.text_column })) {
    for await (const documents of file.read(0)) {
      for (const { text } of documents) {
        yield text;
        seen += text.length;
        if (seen >= most) return;
      }
    }
  }
}

const vocabularyText = 100e6;

function sayLeftOut(names: readonly string[]): string {
  return `${format.few(names, 3)}: evaluated on, and so not learned from`;
}

export const bert: TaskKind<BertConfig> = {
  name: 'bert',
  title: 'Pre-training Orchid-BERT',
  fixed: ['data.length', 'data.vocab_size', 'data.lowercase'],

  sources(options, before, cwd) {
    const path = (name: 'text' | 'evalText' | 'tokenizer'): string | undefined => {
      const given = options[name];
      if (given === undefined) return before?.[name];
      if (name === 'tokenizer') return folderOrName(given, cwd);
      return isHubText(given) ? given : resolve(cwd, given);
    };
    const found = { text: path('text'), evalText: path('evalText'), tokenizer: path('tokenizer') };
    if (found.text === undefined)
      throw new UsageError(
        'want --text PATH: a file or folder of texts (.txt, .jsonl, .parquet, packed by gzip or not), or hub:owner/name[/files]',
      );
    return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Sources;
  },

  async open(config, sources, { tokenizer: earlier }) {
    const tokenizer =
      earlier ?? (await tokenizerFor(sources, config.data, () => someText(config, sources.text!, vocabularyText)));
    const recipe = await failing(() => recipeOf(config, sources));
    const { prefetch } = config.data;
    const dataset = await failing(async () =>
      prefetch > 0 ? PrefetchedMlm.start(recipe, tokenizer, { ahead: prefetch }) : openMlmStream(recipe, tokenizer),
    );
    return {
      task: mlmTask({ dataset, evaluationWindows: config.data.eval_windows }),
      model: {
        model_type: 'orchid-bert',
        head: 'masked-lm',
        vocab_size: tokenizer.vocabSize,
        ...modelKeys(config.model, config.data.length),
      },
      tokenizer,
      share: { recipe, tokenizer: tokenizer.toJSON() } satisfies Share,
      data: `${sources.text}, streamed; ${sayTokenizer(sources, tokenizer)}`,
      facts: [
        [
          'held out',
          sources.evalText ?? `the first windows of the text, ${format.count(config.data.eval_windows)} at most`,
        ],
        ...(dataset.leftOut.length > 0 ? [['left out', sayLeftOut(dataset.leftOut)] as const] : []),
      ],
      conclude: (_model, ended) => concludeMasked(ended),
      async close() {
        if (!(dataset instanceof MlmStream)) await dataset.close();
      },
    };
  },

  async taskFor({ data }, share) {
    const { recipe, tokenizer: json } = share as Share;
    const tokenizer: Tokenizer = tokenizerFromJSON(JSON.stringify(json));
    return mlmTask({ dataset: await openMlmStream(recipe, tokenizer), evaluationWindows: data.eval_windows });
  },

  suggest: (program, folder, { training }) => [
    [`${program} predict ${folder} "a text with some [MASK] hidden"`, 'fill masks'],
    [
      `${program} train glue --preset glue-sst2 --data DIR --from ${folder}/checkpoint`,
      'fine-tune it on a task of GLUE',
    ],
    [`${program} train bert --resume ${folder} --steps ${2 * training.steps}`, 'train on'],
  ],

  evaluate: evaluateBert,
  preprocessor: ({ data, model }) => ({
    task: 'fill-mask',
    window: modelKeys(model, data.length).max_position_embeddings,
    // Its windows begin with [CLS], and texts in them end with [SEP].
    add_special_tokens: true,
  }),
};
