// Folders and archives give the same files, and say what is wrong with them.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataFiles } from './index.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'orchid-files-'));
  for (const [name, content] of Object.entries({
    'set/b/2.txt': 'two',
    'set/a/1.txt': 'one',
    'set/a/deep/3.TXT': 'three',
    'set/a/.hidden.txt': '',
    'set/.hidden/4.txt': '',
    'set/note.md': '',
  })) {
    await mkdir(join(home, name, '..'), { recursive: true });
    await writeFile(join(home, name), content);
  }
  await create({ cwd: home, file: join(home, 'set.tar.gz'), gzip: true }, ['set']);
  await create({ cwd: join(home, 'set'), file: join(home, 'flat.tar') }, ['.']);
});
afterAll(() => rm(home, { recursive: true }));

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('openDataFiles', () => {
  it.each([
    ['set', ''],
    ['set.tar.gz', 'set/'],
    ['flat.tar', ''],
  ])('lists and reads %s', async (name, prefix) => {
    const files = await openDataFiles(join(home, name), ['.txt']);
    expect(files.names).toEqual([`${prefix}a/1.txt`, `${prefix}a/deep/3.TXT`, `${prefix}b/2.txt`]);
    expect(text(await files.read(`${prefix}a/deep/3.TXT`))).toBe('three');
    await expect(files.read('none.txt')).rejects.toThrow('none.txt');
    expect((await openDataFiles(join(home, name))).names).toHaveLength(4);
  });

  it('follows links to files', async () => {
    await mkdir(join(home, 'linked'));
    await symlink(join(home, 'set/a/1.txt'), join(home, 'linked/link.txt'));
    await symlink(home, join(home, 'linked/up'));
    const files = await openDataFiles(join(home, 'linked'));
    expect(files.names).toEqual(['link.txt']);
    expect(text(await files.read('link.txt'))).toBe('one');
  });

  it('refuses what is missing, a file, a folder named like an archive, and what has no such files', async () => {
    const at = (name: string) => join(home, name);
    await expect(openDataFiles(at('none'))).rejects.toThrow(`${at('none')}: there is no such file or folder`);
    await expect(openDataFiles(at('none.tar.gz'))).rejects.toThrow(`${at('none.tar.gz')}: there is no such file`);
    await expect(openDataFiles(at('set/note.md'))).rejects.toThrow(
      'note.md: it is a file; want a folder or an archive',
    );
    await mkdir(at('folder.tar'));
    await expect(openDataFiles(at('folder.tar'))).rejects.toThrow('folder.tar: it is a folder; want an archive');
    await expect(openDataFiles(at('set'), ['.wav', '.mp3'])).rejects.toThrow('it has no files that end in .wav, .mp3');
  });

  it('refuses archives that end too early, wherever they do', async () => {
    const whole = await readFile(join(home, 'set.tar.gz'));
    const file = join(home, 'cut.tar.gz');
    for (let length = 0; length < whole.length; length++) {
      await writeFile(file, whole.subarray(0, length));
      await expect(openDataFiles(file), `${length} bytes`).rejects.toThrow(
        `${file}: it is a damaged archive, or none:`,
      );
    }
  });

  it('refuses damaged archives', async () => {
    const whole = await readFile(join(home, 'set.tar.gz'));
    const file = join(home, 'bad.tar.gz');
    await writeFile(
      file,
      whole.map((byte, i) => (i > 60 ? byte ^ 85 : byte)),
    );
    await expect(openDataFiles(file)).rejects.toThrow(`${file}: it is a damaged archive, or none:`);
    await writeFile(file, 'this is no archive at all, but text that goes on for more than a header'.repeat(20));
    await expect(openDataFiles(file)).rejects.toThrow(`${file}: it is a damaged archive, or none:`);
    const tar = await readFile(join(home, 'flat.tar'));
    await writeFile(join(home, 'cut.tar'), tar.subarray(0, tar.indexOf('three') + 2));
    await expect(openDataFiles(join(home, 'cut.tar'))).rejects.toThrow('it is a damaged archive, or none:');
  });
});
