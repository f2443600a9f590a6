// FASTA read in chunks of any size, nucleotides and their complements, and windows that keep to the rules.
import { CharTokenizer } from '@orchid-ml/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DNA_LETTERS,
  DNA_UNKNOWN,
  DnaDataset,
  FastaParser,
  IGNORED,
  nucleotides,
  parseFasta,
  reverseComplement,
  SOFT_MASKED,
} from '../index.ts';

const TEXT = '>one first of two\r\nACGT\r\nacgtN\r\n\r\n>two\nRYU\n';
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const record = (sequence: string, id = 'x') =>
  nucleotides({ id, description: '', sequence: new TextEncoder().encode(sequence) });
const tokenizer = new CharTokenizer(DNA_LETTERS);

describe('parseFasta', () => {
  it('reads records with names, descriptions and letters as they are', () => {
    const records = parseFasta(TEXT);
    expect(records.map(({ id, description, sequence }) => [id, description, text(sequence)])).toEqual([
      ['one', 'first of two', 'ACGTacgtN'],
      ['two', '', 'RYU'],
    ]);
  });

  it('does so however the bytes are cut', () => {
    const bytes = new TextEncoder().encode(TEXT);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 50, maxLength: 50 }), (sizes) => {
        const parser = new FastaParser();
        const records = [];
        let at = 0;
        for (const size of sizes) {
          records.push(...parser.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect([...records, ...parser.end()]).toEqual(parseFasta(TEXT));
      }),
    );
  });

  it('reads long records', () => {
    const [long] = parseFasta(`>long\n${'ACGTTGCA\n'.repeat(10_000)}`);
    expect(text(long!.sequence)).toBe('ACGTTGCA'.repeat(10_000));
  });

  it.each([
    ['ACGT\n', 'FASTA line 1 begins with "A"; want FASTA, which begins with > and a name'],
    ['\n\u0000\u0001', 'line 2 begins with byte 0x0'],
    ['@read\nACGT\n+\n!!!!\n', 'line 1 begins with "@"'],
    ['>a\nAC1GT\n', 'FASTA line 2 has "1"; want letters, - or *'],
    ['>a\nACé\n', 'line 2 has byte 0xc3'],
    ['>a\n>b\nAC\n', 'line 1: record "a" has no letters'],
    ['>a\nAC\n>b\n', 'line 3: record "b" has no letters'],
    ['', 'it has no records'],
    ['\n\n', 'it has no records'],
  ])('refuses %j', (bad, message) => {
    expect(() => parseFasta(bad)).toThrow(message);
  });
});

describe('nucleotides', () => {
  it('are the ids of a tokenizer of their letters, lower case marked', () => {
    const { nucleotides: ids } = record('ACGTUNacgtunRb');
    expect([...ids].map((id) => id & ~SOFT_MASKED)).toEqual([...tokenizer.encode('ACGTTNACGTTNNN')]);
    expect([...ids].map((id) => id >= SOFT_MASKED)).toEqual([...'ACGTUNacgtunRb'].map((letter) => letter >= 'a'));
    expect(tokenizer.idOf('N')).toBe(DNA_UNKNOWN);
  });

  it('have complements, which turned twice are themselves', () => {
    const window = record('ACGTTNac').nucleotides;
    const before = [...window];
    reverseComplement(window);
    expect([...window]).toEqual([...record('gtNAACGT').nucleotides]);
    reverseComplement(window);
    expect([...window]).toEqual(before);
  });

  it.each([
    ['ACE', 'record x: letter 3 is "E"; want a nucleotide'],
    ['A-C', 'letter 2 is "-"'],
    ['*', 'letter 1 is "*"'],
  ])('refuses %s', (bad, message) => {
    expect(() => record(bad)).toThrow(message);
  });
});

describe('DnaDataset', () => {
  /** Each record has two letters of its own, so that a window shows where it is from. */
  const records = [record('AC'.repeat(100), 'ac'), record('GT'.repeat(50), 'gt'), record('A'.repeat(5), 'short')];
  const options = { records, length: 10, batchSize: 8, seed: 2, heldOutFraction: 0.2 };
  const seen = (ids: Int32Array, labels: Int32Array) => ids.map((id, i) => (labels[i] === IGNORED ? id : labels[i]!));

  it('takes windows within records, from all of their training part, and holds the ends out', () => {
    const data = new DnaDataset({
      ...options,
      records: [record(`${'ACGT'.repeat(8)}${'N'.repeat(8)}${'ACGT'.repeat(3)}`)],
      length: 4,
      maxUnknown: 0,
    });
    const starts = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const { ids, labels } = data.trainBatch();
      const whole = tokenizer.decode(seen(ids, labels));
      for (let row = 0; row < 8; row++) starts.add(whole.slice(row * 4, row * 4 + 4));
    }
    expect([...starts].sort()).toEqual(['ACGT', 'CGTA', 'GTAC', 'TACG']);
    const two = new DnaDataset(options);
    const text = Array.from({ length: 20 }, () => two.trainBatch())
      .map(({ ids, labels }) => tokenizer.decode(seen(ids, labels)))
      .join('');
    for (let at = 0; at < text.length; at += 10) expect(text.slice(at, at + 10)).toMatch(/^(C?(AC)+A?|T?(GT)+G?)$/);
    expect([text.includes('A'), text.includes('G')]).toEqual([true, true]);
    // 40 letters of the first record, 20 of the second.
    expect(two.heldOutWindows).toBe(6);
  });

  it('is an evaluation that repeats, and goes on from a state', () => {
    const data = new DnaDataset(options);
    const before = [...data.evalBatches()];
    data.trainBatch();
    expect([...data.evalBatches()]).toEqual(before);
    const copy = new DnaDataset(options);
    copy.state = JSON.parse(JSON.stringify(data.state));
    expect(copy.trainBatch()).toEqual(data.trainBatch());
    expect([...data.evalBatches(2)].map(({ batch }) => batch)).toEqual([2]);
    expect(data.unigramBaseline().count).toBeGreaterThan(0);
  });

  it('neither asks for N nor draws it, and leaves windows with too many of them', () => {
    const mixed = [record(`${'ACGT'.repeat(20)}${'N'.repeat(60)}${'ACGTN'.repeat(20)}`)];
    const data = new DnaDataset({
      ...options,
      records: mixed,
      maxUnknown: 0.2,
      maskProbability: 0.5,
      heldOutFraction: 0.3,
    });
    for (let i = 0; i < 50; i++) {
      const { ids, labels, maskedLabels } = data.trainBatch();
      expect([...maskedLabels]).not.toContain(DNA_UNKNOWN);
      const whole = seen(ids, labels);
      whole.forEach((id, at) => {
        if (id !== DNA_UNKNOWN) expect(ids[at]).not.toBe(DNA_UNKNOWN);
      });
      for (let row = 0; row < 8; row++)
        expect(whole.subarray(row * 10, row * 10 + 10).filter((id) => id === DNA_UNKNOWN).length).toBeLessThanOrEqual(
          2,
        );
    }
  });

  it('sees letters in lower case without asking for them, when told so', () => {
    const soft = [record('ACgt'.repeat(50))];
    const ignoring = new DnaDataset({ ...options, records: soft, softMasked: 'ignore', maskProbability: 0.5 });
    const [a, c, g] = [...tokenizer.encode('ACG')];
    const asked = new Set(Array.from({ length: 20 }, () => [...ignoring.trainBatch().maskedLabels]).flat());
    expect(asked).toEqual(new Set([a, c]));
    const using = new DnaDataset({ ...options, records: soft, maskProbability: 0.5 });
    expect([...using.trainBatch().maskedLabels]).toContain(g);
  });

  it('reads the other strand half of the time, when told so', () => {
    const data = new DnaDataset({
      ...options,
      records: [record('AAC'.repeat(60))],
      reverseComplement: true,
      batchSize: 400,
    });
    const { ids, labels } = data.trainBatch();
    const whole = tokenizer.decode(seen(ids, labels));
    const turned = Array.from({ length: 400 }, (_, row) => whole.slice(row * 10, row * 10 + 10)).filter((w) =>
      /^[GT]+$/.test(w),
    );
    expect(turned.every((window) => 'GTTGTTGTTGTT'.includes(window))).toBe(true);
    expect(turned.length / 400).toBeCloseTo(0.5, 0.9);
  });

  it.each([
    [
      { length: 500 },
      'the training part has no window of 500 with at most 50 N and a letter to ask for (3 records, the longest of 200)',
    ],
    [{ records: [record('N'.repeat(100))] }, 'the training part has no window of 10'],
    [{ records: [record('acgt'.repeat(100))], softMasked: 'ignore' as const }, 'the training part has no window'],
    [{ heldOutFraction: 0.01 }, 'the held-out part has no window of 10'],
    [{ heldOutRecords: [record('A')], heldOutFraction: 0.1 }, 'exclude each other'],
    [{ maxUnknown: 1 }, 'maxUnknown is 1'],
    [{ softMasked: 'drop' as never }, 'softMasked is "drop"; want use or ignore'],
    [{ maskProbability: 1 }, 'maskProbability is 1'],
    [{ batchSize: 0 }, 'batchSize is 0'],
  ])('refuses %o', (changed, message) => {
    expect(() => new DnaDataset({ ...options, ...changed })).toThrow(message);
  });
});
