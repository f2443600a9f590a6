// `orchid serve` as a command: what it says when it is called wrongly. That it serves is tested in apps/serve.
import { expect, it } from 'vitest';
import { orchid, testFolder } from './run-orchid.ts';

const folder = testFolder();

it.each([
  [['nowhere'], 2, /MODEL: nowhere: there is no folder .*nowhere/],
  [['nowhere', '--port', '99999'], 2, /--port: got 99999; want a whole number from 0 to 65535/],
  [['nowhere', '--workers', '0'], 2, /want a whole number, 1 or more, or auto/],
  [['nowhere', '--batch-wait-ms', '-1'], 2, /want a number, 0 or more/],
  [['nowhere', '--queue', '1000000'], 2, /--queue: got 1000000; want a whole number from 1 to 100000/],
  [['nowhere', '--api-key-file', 'none.txt'], 2, /--api-key-file: none\.txt cannot be read/],
  [['a b='], 2, /MODEL: /],
  [[], 2, /missing required argument 'model'/],
] as const)('orchid serve %j', async (argv, code, message) => {
  const outcome = await orchid(folder, 'serve', ...argv);
  expect(outcome.errors).toMatch(message);
  expect([outcome.code, outcome.output]).toEqual([code, '']);
});

it('says in its help what it answers', async () => {
  const { output, code } = await orchid(folder, 'serve', '--help');
  expect(code).toBe(0);
  for (const word of ['/v1/fill-mask', '--api-key-file', '--batch-wait-ms', 'NAME=DIR']) expect(output).toContain(word);
});
