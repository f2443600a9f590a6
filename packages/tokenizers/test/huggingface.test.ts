// tokenizer.json and vocabulary files: which are ours, which the library's, and what is wrong with those that are neither.
import { describe, expect, it } from 'vitest';
import {
  BpeTokenizer,
  LibraryTokenizer,
  tokenizerFromFiles,
  tokenizerFromJSON,
  WordPieceTokenizer,
} from '../src/index.ts';
import { bpe, CORPUS, library, wordPiece } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON that is bent at will
type Loose = { [key: string]: any };
/** A tokenizer.json with changes. */
function changed(of: unknown, change: (json: Loose) => void): Loose {
  const json = JSON.parse(JSON.stringify(of));
  change(json);
  return json;
}

const UNIGRAM = {
  version: '1.0',
  added_tokens: [
    { id: 0, content: '<pad>', special: true },
    { id: 1, content: '</s>', special: true },
    { id: 2, content: '<unk>', special: true },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
    pair: [
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '</s>', type_id: 0 } },
      { Sequence: { id: 'B', type_id: 0 } },
      { SpecialToken: { id: '</s>', type_id: 0 } },
    ],
    special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
  },
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  model: {
    type: 'Unigram',
    unk_id: 2,
    vocab: [
      ['<pad>', 0],
      ['</s>', 0],
      ['<unk>', 0],
      ['▁', -3],
      ['▁an', -2],
      ['▁orchid', -2.5],
      ['s', -3],
      ['or', -4],
      ['chid', -4],
    ],
  },
};

describe('saved and read back', () => {
  it.each([
    ['wordpiece', wordPiece, WordPieceTokenizer],
    ['bpe', bpe, BpeTokenizer],
    ['huggingface', tokenizerFromJSON(UNIGRAM), LibraryTokenizer],
  ])('%s', (type, tokenizer, kind) => {
    const copy = tokenizerFromJSON(JSON.stringify(tokenizer));
    expect(copy).toBeInstanceOf(kind);
    expect([copy.type, copy.vocabSize]).toEqual([type, tokenizer.vocabSize]);
    expect([copy.specialTokens, copy.specialIds]).toEqual([tokenizer.specialTokens, tokenizer.specialIds]);
    for (const line of CORPUS)
      expect(copy.encodeText([line, 'an orchid'])).toEqual(tokenizer.encodeText([line, 'an orchid']));
    expect(JSON.stringify(copy)).toBe(JSON.stringify(tokenizer));
  });

  it('files of older versions, which do not name the kind', () => {
    for (const tokenizer of [wordPiece, bpe, tokenizerFromJSON(UNIGRAM)]) {
      const old = tokenizerFromJSON(changed(tokenizer, (json) => delete json.model.type));
      expect(old.encode('an orchid')).toEqual(tokenizer.encode('an orchid'));
      expect(old.type).toBe(tokenizer.type);
    }
  });

  it('merges as pairs, and a Sequence of post-processors', () => {
    const json = changed(bpe, (made) => {
      made.model.merges = made.model.merges.map((merge: string) => merge.split(' '));
      const item = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
      const single = [item('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }];
      const template = { type: 'TemplateProcessing', single, pair: [...single, { Sequence: { id: 'B', type_id: 1 } }] };
      made.post_processor = { type: 'Sequence', processors: [made.post_processor, template] };
    });
    const tokenizer = tokenizerFromJSON(json);
    expect([...tokenizer.encodeText('an orchid').ids]).toEqual([bpe.specialTokens.cls, ...bpe.encode('an orchid')]);
  });
});

describe('what only the library can run', () => {
  const unigram = tokenizerFromJSON(UNIGRAM);

  it('has its tokens, and our pairs, cuts and batches', () => {
    expect(unigram.type).toBe('huggingface');
    expect(unigram.specialTokens).toEqual({ pad: 0, unk: 2, sep: 1, eos: 1 });
    expect([...unigram.encode('an orchids')]).toEqual([4, 5, 6]);
    expect([...unigram.encodeText('an orchids').ids]).toEqual(library(unigram).encode('an orchids').ids);
    const batch = unigram.encodeBatch([['an orchids', 'an'], 'an'], { maxLength: 5 });
    expect([...batch.inputIds]).toEqual([4, 5, 1, 4, 1, 4, 1, 0, 0, 0]);
    expect(unigram.decode([4, 5, 6, 1])).toBe('an orchids</s>');
    expect(unigram.decode([4, 5, 6, 1], { skipSpecial: true })).toBe('an orchids');
    expect(unigram.decode([])).toBe('');
  });

  it('takes texts literally unless told otherwise', () => {
    expect([...unigram.encode('an</s>', { parseSpecial: true })]).toEqual([4, 1]);
    expect([...unigram.encode('an</s>')]).not.toContain(1);
  });

  it('has no offsets and says so', () => {
    expect(() => unigram.pieces('an', { offsets: true })).toThrow('not for this tokenizer.json');
    expect(() => unigram.decode([9])).toThrow('LibraryTokenizer.decode: ids[0] is 9; want an integer in 0..8');
  });

  it('runs other normalisers and splits of our kinds', () => {
    const lower = changed(wordPiece, (json) => {
      json.normalizer = {
        type: 'Sequence',
        normalizers: [{ type: 'NFD' }, { type: 'Lowercase' }, { type: 'StripAccents' }],
      };
    });
    const tokenizer = tokenizerFromJSON(lower);
    expect(tokenizer).toBeInstanceOf(LibraryTokenizer);
    expect(tokenizer.encode('AN ORCHID')).toEqual(wordPiece.encode('an orchid'));
    const split = changed(bpe, (json) => {
      json.pre_tokenizer = {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: ' ?\\p{L}+|.' }, behavior: 'Isolated', invert: false },
          { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
        ],
      };
    });
    expect(tokenizerFromJSON(split).encode('an orchid')).toEqual(bpe.encode('an orchid'));
  });
});

describe('a tokenizer.json that cannot be run', () => {
  const bad: [string, Loose, string][] = [
    [
      'WordLevel',
      changed(wordPiece, (j) => {
        j.model.type = 'WordLevel';
      }),
      'model.type is "WordLevel"; want WordPiece, BPE or Unigram',
    ],
    ['no kind at all', { model: { vocab: {} } }, 'model.type is missing; want WordPiece, BPE or Unigram'],
    ['a model that is none', { model: 3 }, 'tokenizer.json: model is 3; want an object'],
    [
      'no unknown token',
      changed(wordPiece, (j) => {
        delete j.model.vocab['[UNK]'];
        j.added_tokens = [];
      }),
      'model.unk_token is "[UNK]", which is not in the vocabulary',
    ],
    [
      'no vocabulary',
      changed(wordPiece, (j) => {
        delete j.model.vocab;
      }),
      'model.vocab is missing; want an object',
    ],
    [
      'an empty vocabulary',
      changed(bpe, (j) => {
        j.model.vocab = {};
        j.added_tokens = [];
        j.model.merges = [];
      }),
      'it is empty; want at least one token',
    ],
    [
      'an id that is none',
      changed(bpe, (j) => {
        j.model.vocab.a = 'x';
      }),
      'the id of "a" is "x"; want an integer from 0 on',
    ],
    [
      'an id twice',
      changed(bpe, (j) => {
        j.model.vocab.a = j.model.vocab.b;
      }),
      'both have the id',
    ],
    [
      'an added token elsewhere',
      changed(bpe, (j) => {
        j.added_tokens[0].id = 419;
      }),
      '"<|endoftext|>"',
    ],
    [
      'malformed merges',
      changed(bpe, (j) => {
        j.model.merges[3] = 'abc';
      }),
      'model.merges[3] is "abc"; want two tokens with one blank between them',
    ],
    [
      'merges of three',
      changed(bpe, (j) => {
        j.model.merges[0] = ['a', 'b', 'c'];
      }),
      'model.merges[0] is ["a","b","c"]',
    ],
    [
      'merges of unknown tokens',
      changed(bpe, (j) => {
        j.model.merges.push('a qqq');
      }),
      '"qqq" is not in the vocabulary',
    ],
    [
      'dropout',
      changed(bpe, (j) => {
        j.model.dropout = 0.1;
      }),
      'model.dropout is 0.1; want null',
    ],
    [
      'a template of another kind',
      changed(bpe, (j) => {
        j.post_processor = { type: 'Other' };
      }),
      'post_processor.type is "Other"',
    ],
    [
      'a template with an unknown token',
      changed(wordPiece, (j) => {
        j.post_processor.single[0].SpecialToken.id = '<x>';
      }),
      'post_processor.single[0] names "<x>", which is not in the vocabulary',
    ],
    [
      'a template with B alone',
      changed(wordPiece, (j) => {
        j.post_processor.single[1].Sequence.id = 'B';
      }),
      'post_processor.single[1].Sequence.id is "B"; want A',
    ],
    [
      'another split',
      changed(wordPiece, (j) => {
        j.pre_tokenizer = { type: 'UnicodeScripts' };
      }),
      'it cannot be run: Unknown PreTokenizer type: UnicodeScripts',
    ],
    [
      'another behaviour',
      changed(bpe, (j) => {
        j.pre_tokenizer = {
          type: 'Sequence',
          pretokenizers: [{ type: 'Split', pattern: { String: 'a' }, behavior: 'MergedWithNext' }],
        };
      }),
      'splits with behavior MergedWithNext; want Isolated or Removed',
    ],
    [
      'normalizer with a text for a truth',
      changed(wordPiece, (j) => {
        j.normalizer.lowercase = 'yes';
      }),
      'normalizer.lowercase is "yes"; want true or false',
    ],
    [
      'a unk_id beyond',
      changed(UNIGRAM, (j) => {
        j.model.unk_id = 99;
      }),
      'model.unk_id is 99; want one of the 9 tokens',
    ],
  ];

  it.each(bad)('%s', (_, json, message) => {
    expect(() => tokenizerFromJSON(json)).toThrow(message);
  });

  it('or a configuration that is none', () => {
    expect(() => tokenizerFromJSON(bpe.toJSON(), { mask_token: '<mask>' })).toThrow(
      'tokenizer_config.json: mask_token is "<mask>", which is not in the vocabulary',
    );
    expect(() => tokenizerFromJSON(bpe.toJSON(), '[')).toThrow('tokenizer_config.json: not JSON');
  });
});

describe('added tokens', () => {
  const adding = (token: Loose) =>
    tokenizerFromJSON(
      changed(bpe, (json) => json.added_tokens.push({ id: 420, content: '<x>', special: false, ...token })),
    );

  it('that are ordinary are always found, the longest first', () => {
    const tokenizer = adding({});
    expect([...tokenizer.encode('a<x>b')]).toEqual([...bpe.encode('a'), 420, ...bpe.encode('b')]);
    expect(tokenizer.specialIds).not.toContain(420);
    expect(tokenizer.decode([420])).toBe('<x>');
    const longer = adding({ content: '[MASK]s', special: true });
    expect([...longer.encode('[MASK]s', { parseSpecial: true })]).toEqual([420]);
  });

  it('take blanks along, or only stand alone, when they say so', () => {
    const around = adding({ lstrip: true, rstrip: true });
    const { ids, offsets } = around.pieces('a  <x> b', { offsets: true });
    expect([...ids]).toEqual([...bpe.encode('a'), 420, ...bpe.encode('b')]);
    expect([...offsets!.slice(2, 4)]).toEqual([1, 7]);
    const alone = adding({ content: 'zz', single_word: true });
    expect([...alone.encode('zz')]).toEqual([420]);
    expect([...alone.encode('-zz-')]).toContain(420);
    expect([...alone.encode('zzz')]).not.toContain(420);
  });

  it('have the roles that the configuration gives them', () => {
    const tokenizer = tokenizerFromJSON(bpe.toJSON(), { pad_token: { content: '<|endoftext|>' }, mask_token: null });
    expect(tokenizer.specialTokens.pad).toBe(bpe.specialTokens.eos);
    expect(tokenizer.specialTokens.mask).toBe(bpe.specialTokens.mask);
  });

  it('keep those roles when they are saved, in a way that the library reads past', () => {
    const config = { pad_token: '<|endoftext|>', cls_token: 'a', sep_token: '<|endoftext|>' };
    const bare = changed(bpe, (json) => {
      const others = ['[PAD]', '[CLS]', '[SEP]'];
      json.added_tokens = json.added_tokens.filter((token: Loose) => !others.includes(token.content));
      for (const token of others) delete json.model.vocab[token];
      const ids = Object.fromEntries(Object.keys(json.model.vocab).map((token, id) => [token, id]));
      json.model.vocab = ids;
      for (const token of json.added_tokens) token.id = ids[token.content];
    });
    expect(tokenizerFromJSON(bare).specialTokens.pad).toBeUndefined();
    const tokenizer = tokenizerFromJSON(bare, config);
    const saved = JSON.parse(JSON.stringify(tokenizer));
    const roles = (saved.added_tokens as Loose[]).flatMap(({ content, roles }) => (roles ? [[content, roles]] : []));
    expect(roles).toEqual([
      ['<|endoftext|>', ['pad', 'sep']],
      ['a', ['cls']],
    ]);
    const copy = tokenizerFromJSON(saved);
    expect([copy.specialTokens, copy.specialIds]).toEqual([tokenizer.specialTokens, tokenizer.specialIds]);
    expect(copy.encodeBatch(['an', 'orchid flowers'])).toEqual(tokenizer.encodeBatch(['an', 'orchid flowers']));
    expect(JSON.parse(JSON.stringify(copy))).toEqual(saved);
    expect(library(copy).encode('orchids', { add_special_tokens: false }).ids).toEqual([...copy.encode('orchids')]);
    // Other files beside it go before what was saved.
    const other = tokenizerFromJSON(saved, { pad_token: '[MASK]' });
    expect(other.specialTokens.pad).toBe(bare.model.vocab['[MASK]']);
    // A file that needs none stays as it is.
    expect(tokenizerFromJSON(bare).toJSON()).toEqual(bare);
    const wrong = changed(saved, (json) => {
      json.added_tokens[0].roles = ['king'];
    });
    expect(() => tokenizerFromJSON(wrong)).toThrow(
      'tokenizer.json: added_tokens[0].roles has "king"; want some of pad,',
    );
  });
});

describe('tokenizerFromFiles', () => {
  const vocab = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b'];
  const json = { '<|endoftext|>': 3, a: 0, b: 1, ab: 2 };

  it('reads vocab.txt, and vocab.json with merges.txt', () => {
    const bert = tokenizerFromFiles({ 'vocab.txt': `${vocab.join('\r\n')}\r\n` });
    expect([...bert.encodeText('A b').ids]).toEqual([2, 5, 6, 3]);
    expect(bert.specialIds).toEqual([0, 1, 2, 3, 4]);
    const gpt2 = tokenizerFromFiles({ 'vocab.json': json, 'merges.txt': '#version: 0.2\na b\n' });
    expect([...gpt2.encode('abb')]).toEqual([2, 1]);
    expect(gpt2.specialTokens).toEqual({ bos: 3, eos: 3 });
    expect([...gpt2.encode('ab<|endoftext|>', { parseSpecial: true })]).toEqual([2, 3]);
  });

  it('heeds the configuration', () => {
    const cased = tokenizerFromFiles({
      'vocab.txt': [...vocab, 'A'].join('\n'),
      'tokenizer_config.json': '{"do_lower_case":false}',
    });
    expect([...cased.encode('A a')]).toEqual([7, 5]);
    const renamed = tokenizerFromFiles({
      'vocab.txt': ['<pad>', '<unk>', '<s>', '</s>', 'a'].join('\n'),
      'special_tokens_map.json': {
        unk_token: '<unk>',
        cls_token: '<s>',
        sep_token: { content: '</s>' },
        pad_token: '<pad>',
        mask_token: null,
      },
    });
    expect([...renamed.encodeText('a').ids]).toEqual([2, 4, 3]);
    expect(renamed.specialTokens).toMatchObject({ pad: 0, unk: 1, cls: 2, sep: 3 });
  });

  it.each([
    [{}, 'got none; want tokenizer.json, or vocab.txt, or vocab.json and merges.txt'],
    [{ 'vocab.json': json }, 'got vocab.json without merges.txt'],
    [{ 'merges.txt': '' }, 'got merges.txt without vocab.json'],
    [{ 'vocab.txt': 'a\nb' }, 'vocab.txt: it has no [UNK]; want a vocabulary with [UNK], [CLS] and [SEP]'],
    [{ 'vocab.txt': '[UNK]\na\na' }, 'vocab.txt: line 3 is "a", as line 2 is'],
    [{ 'vocab.txt': '[UNK]\n\na' }, 'vocab.txt: line 2 is empty; want one token a line'],
    [{ 'vocab.txt': 3 }, 'vocab.txt is 3; want a string'],
    [
      { 'vocab.txt': vocab.join('\n'), 'tokenizer_config.json': { tokenizer_class: 'BertJapaneseTokenizer' } },
      'tokenizer_class is "BertJapaneseTokenizer"',
    ],
    [{ 'vocab.json': '{', 'merges.txt': '' }, 'vocab.json: not JSON'],
    [
      { 'vocab.json': json, 'merges.txt': '#version: 0.2\na b\nabc\n' },
      'merges.txt line 3 is "abc"; want two tokens with one blank',
    ],
    [{ 'vocab.json': json, 'merges.txt': 'a  b\n' }, 'merges.txt line 1 is "a  b"'],
    [{ 'vocab.json': json, 'merges.txt': 'b a\n' }, 'merge 1 is "b a", but "ba" is not in the vocabulary'],
  ])('refuses %j', (files, message) => {
    expect(() => tokenizerFromFiles(files)).toThrow(message);
  });
});
