// Masked-language modelling: a model that fills in what is hidden, from a text file of the user's.
import { resolve } from 'node:path';
import { mlmTask } from '@orchid-ml/trainers';
import type { MlmConfig } from '../../config/schema.ts';
import { UsageError } from '../../errors.ts';
import * as format from '../../ui/format.ts';
import type { TaskKind } from '../kind.ts';
import { concludeMasked } from '../masked.ts';
import { modelKeys } from '../model-keys.ts';
import { makeDataset, makeTokenizer, readText } from './data.ts';
import { evaluateText } from './evaluate.ts';
import { datasetOfTokens, shareTokens, type Tokens } from './share.ts';

export const mlm: TaskKind<MlmConfig> = {
  name: 'mlm',
  title: 'Training Orchid as a masked-language model',
  fixed: ['data.length', 'data.tokenizer', 'data.max_vocab'],

  sources(options, before, cwd) {
    const text = options.text === undefined ? before?.text : resolve(cwd, options.text);
    const evalText = options.evalText === undefined ? before?.evalText : resolve(cwd, options.evalText);
    if (text === undefined)
      throw new UsageError('want --text FILE, a UTF-8 text to learn from, e.g. `orchid train mlm --text book.txt`');
    return { text, ...(evalText !== undefined && { evalText }) };
  },

  async open(config, { text: textFile, evalText: evalFile }, { io, tokenizer: earlier }) {
    const text = await readText(io.cwd, textFile!);
    const evalText = evalFile === undefined ? null : await readText(io.cwd, evalFile);
    const tokenizer = earlier ?? (await makeTokenizer(config, text));
    const dataset = await makeDataset(config, tokenizer, { text, evalText });
    const { vocabSize } = tokenizer;
    const windows = Math.min(config.data.eval_windows, dataset.heldOutWindows);
    const unigram = dataset.unigramBaseline(config.data.eval_windows);
    const baseline = `loss ${format.loss(unigram.loss)}, accuracy ${format.percent(unigram.accuracy)}`;
    const heldOut = format.count(dataset.heldOutIds.length);
    return {
      task: mlmTask({ dataset, evaluationWindows: config.data.eval_windows }),
      model: {
        model_type: 'orchid-masked-lm',
        vocab_size: vocabSize,
        ...modelKeys(config.model, config.data.length),
      },
      tokenizer,
      share: shareTokens(dataset, tokenizer),
      data: `${textFile}: ${format.count(dataset.trainIds.length)} tokens to learn from, vocabulary ${vocabSize} (${tokenizer.type})`,
      facts: [
        ['held out', `${evalFile ?? 'its end'}: ${heldOut} tokens, ${windows} windows used`],
        ['unigram', `${baseline} on the held-out masks: what guessing by frequency reaches`],
      ],
      conclude: (_model, ended) => concludeMasked(ended, baseline),
    };
  },

  taskFor: (config, share) =>
    mlmTask({ dataset: datasetOfTokens(config, share as Tokens), evaluationWindows: config.data.eval_windows }),

  suggest: (program, folder, config) => [
    [`${program} predict ${folder} "a text with some ch[MASK]racters hidden"`, 'fill masks'],
    [`${program} eval ${folder} --text FILE`, 'measure it on another text'],
    [`${program} train mlm --resume ${folder} --steps ${2 * config.training.steps}`, 'train on'],
  ],

  evaluate: evaluateText,
  preprocessor: ({ data }) => ({ task: 'fill-mask', window: data.length, add_special_tokens: false }),
};
