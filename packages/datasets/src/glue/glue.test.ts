// GLUE: each task's files and rows as they are handed out, labels by name and number, and what is wrong said with its line.
import { describe, expect, it } from 'vitest';
import { GLUE_TASKS, type GlueName, glueFileExamples, glueRowExamples, glueTask, parseTsv } from '../index.ts';

/** A line or two of each task in the form of GLUE's own files: split, text, what comes out. */
const FILES: [GlueName, string, string, unknown[]][] = [
  [
    'cola',
    'train',
    'gj04\t1\t\tThey sailed.\ncj99\t0\t*\tThe more "would.\n',
    [
      ['They sailed.', 1],
      ['The more "would.', 0],
    ],
  ],
  ['cola', 'test', 'index\tsentence\n0\tBill whistled.\n', [['Bill whistled.', null]]],
  [
    'sst2',
    'dev',
    'sentence\tlabel\na "charming journey . \t1\nbleak\t0\n',
    [
      ['a "charming journey . ', 1],
      ['bleak', 0],
    ],
  ],
  [
    'mrpc',
    'train',
    '\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t70\t71\tHe said.\t"He spoke.\r\n',
    [[['He said.', '"He spoke.'], 1]],
  ],
  ['mrpc', 'test', 'index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\ta\tb\n', [[['a', 'b'], null]]],
  [
    'qqp',
    'train',
    'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tWhy?\tHow?\t0\n',
    [[['Why?', 'How?'], 0]],
  ],
  [
    'stsb',
    'dev',
    'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n0\tm\tf\t2012\t1\tn\tn\ta\tb\t2.750\n',
    [[['a', 'b'], 2.75]],
  ],
  [
    'mnli',
    'dev_mismatched',
    'index\tpairID\tsentence1\tsentence2\tlabel1\tgold_label\n0\tp\ta\tb\tneutral\tcontradiction\n',
    [[['a', 'b'], 2]],
  ],
  ['qnli', 'train', 'index\tquestion\tsentence\tlabel\n0\twho?\tthem\tnot_entailment\n', [[['who?', 'them'], 1]]],
  ['rte', 'dev', 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n', [[['a', 'b'], 0]]],
  ['wnli', 'train', 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\t1\n', [[['a', 'b'], 1]]],
];

/** A row of each of the hub's configurations. */
const ROWS: [GlueName, Record<string, unknown>, unknown][] = [
  ['cola', { sentence: 'a', label: 1n, idx: 0 }, ['a', 1]],
  ['sst2', { sentence: 'a', label: -1, idx: 0 }, ['a', null]],
  ['mrpc', { sentence1: 'a', sentence2: 'b', label: 1 }, [['a', 'b'], 1]],
  ['qqp', { question1: 'a', question2: 'b', label: -1n }, [['a', 'b'], null]],
  ['stsb', { sentence1: 'a', sentence2: 'b', label: 4.5 }, [['a', 'b'], 4.5]],
  ['mnli', { premise: 'a', hypothesis: 'b', label: 2 }, [['a', 'b'], 2]],
  ['qnli', { question: 'a', sentence: 'b', label: 0 }, [['a', 'b'], 0]],
  ['rte', { sentence1: 'a', sentence2: 'b', label: 'not_entailment' }, [['a', 'b'], 1]],
  ['wnli', { sentence1: 'a', sentence2: 'b', label: 1 }, [['a', 'b'], 1]],
];

describe('the table', () => {
  it('has nine tasks, each with files and rows tested here', () => {
    const names = Object.keys(GLUE_TASKS).sort();
    expect(names).toHaveLength(9);
    expect([...new Set(FILES.map(([name]) => name))].sort()).toEqual(names);
    expect([...new Set(ROWS.map(([name]) => name))].sort()).toEqual(names);
    for (const [name, task] of Object.entries(GLUE_TASKS)) {
      expect(task.name).toBe(name);
      expect(task.labels === null).toBe(task.range !== undefined);
      expect(glueTask(task.folder)).toBe(task);
    }
  });

  it('finds a task however it is written', () => {
    expect([glueTask('SST-2').name, glueTask('sts-b').name, glueTask('MNLI').name]).toEqual(['sst2', 'stsb', 'mnli']);
    expect(() => glueTask('squad')).toThrow('GLUE: task is "squad"; want cola, sst2,');
    expect(() => glueTask('constructor')).toThrow('GLUE: task is "constructor"');
  });
});

describe('files', () => {
  it.each(FILES)('%s %s', (name, split, text, wanted) => {
    const { examples, malformed } = glueFileExamples(GLUE_TASKS[name], split, text);
    expect(examples.map((example) => [example.text, example.label])).toEqual(wanted);
    expect(malformed).toEqual([]);
  });

  it.each([
    [
      'rte',
      'train',
      'index\tsentence1\tsentence2\tgold\n0\ta\tb\t1\n',
      'RTE/train.tsv: there is no column "label"; it has index, sentence1, sentence2, gold',
    ],
    [
      'rte',
      'train',
      'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tmaybe\n',
      'RTE/train.tsv line 2: label is "maybe"; want 0 (entailment), 1 (not_entailment), or one of the names',
    ],
    ['rte', 'train', 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\t\n', 'line 2: label is ""'],
    ['sst2', 'train', 'sentence\tlabel\nx\t1\ny\t2\n', 'line 3: label is "2"; want 0 (negative), 1 (positive)'],
    ['stsb', 'dev', 'sentence1\tsentence2\tscore\na\tb\t5.5\n', 'line 2: score is "5.5"; want a number from 0 to 5'],
    ['stsb', 'dev', 'sentence1\tsentence2\tscore\na\tb\thigh\n', 'score is "high"'],
    [
      'cola',
      'train',
      'sentence\tlabel\nx\t1\n',
      'CoLA/train.tsv line 1 has 2 columns; want 4 (source, label, star, sentence), apart by tabs',
    ],
    [
      'qqp',
      'train',
      'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tWhy\n',
      'line 2 has 4 columns; want 6',
    ],
    ['sst2', 'train', 'sentence\tlabel\n', 'SST-2/train.tsv: it has no rows'],
    ['sst2', 'train', '', 'SST-2/train.tsv: it has no rows'],
    ['sst2', 'train', 'label\tlabel\nx\t1\n', 'it has the column "label" twice'],
    ['mnli', 'dev', 'x', 'GLUE MNLI: split is "dev"; want train, dev_matched'],
  ] as const)('refuses %s %s %j', (name, split, text, message) => {
    expect(() => glueFileExamples(GLUE_TASKS[name], split, text)).toThrow(message);
  });

  it('leaves malformed lines out when told so, and says which', () => {
    const text = 'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tWhy\n4\t5\t6\ta\tb\t1\n7\n';
    const { examples, malformed } = glueFileExamples(GLUE_TASKS.qqp, 'train', text, 'x.tsv', { malformed: 'skip' });
    expect(examples).toEqual([{ text: ['a', 'b'], label: 1 }]);
    expect(malformed).toEqual([2, 4]);
  });

  it('ends lines at line feeds alone', () => {
    const { rows } = parseTsv('x', 'a\tb\n1\u2028\u0085\u000b2\t"3\n"4\t5', {});
    expect(rows).toEqual([
      { line: 2, cells: ['1\u2028\u0085\u000b2', '"3'] },
      { line: 3, cells: ['"4', '5'] },
    ]);
  });
});

describe('rows', () => {
  it.each(ROWS)('%s', async (name, row, wanted) => {
    const [example] = await glueRowExamples(GLUE_TASKS[name], [row]);
    expect([example!.text, example!.label]).toEqual(wanted);
  });

  it('come one by one, too', async () => {
    async function* streamed() {
      yield { sentence: 'a', label: 0 };
      yield { sentence: 'b', label: 1 };
    }
    expect(await glueRowExamples(GLUE_TASKS.sst2, streamed())).toEqual([
      { text: 'a', label: 0 },
      { text: 'b', label: 1 },
    ]);
  });

  it.each([
    [{ text: 'a', label: 0 }, 'GLUE sst2 row 0: there is no column "sentence"; it has text, label'],
    [{ sentence: 'a', target: 0 }, 'row 0: there is no column "label"; it has sentence, target'],
    [{ sentence: 3, label: 0 }, 'row 0: sentence is 3; want a text'],
    [{ sentence: 'a', label: 7n }, 'row 0: label is 7n; want 0 (negative), 1 (positive)'],
    [{ sentence: 'a', label: null }, 'label is null'],
    [{ sentence: 'a', label: 0.5 }, 'label is 0.5'],
  ])('refuses %o', async (row, message) => {
    await expect(glueRowExamples(GLUE_TASKS.sst2, [row])).rejects.toThrow(message);
  });

  it('refuses none', async () => {
    await expect(glueRowExamples(GLUE_TASKS.sst2, [])).rejects.toThrow('GLUE sst2: it has no rows');
  });
});
