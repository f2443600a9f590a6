// Classes from folders' names.
import { describe, expect, it } from 'vitest';
import { classFolders } from './index.ts';

describe('classFolders', () => {
  it('sorts the classes, and knows files in folders of folders', () => {
    const got = classFolders(['b/1.png', 'a/x/2.png', 'list.png', 'b/3.png'], 'set');
    expect(got).toEqual({
      names: ['b/1.png', 'a/x/2.png', 'b/3.png'],
      labels: Int32Array.of(1, 0, 1),
      classes: ['a', 'b'],
    });
  });

  it('passes over one folder round all others, and takes one class for a class', () => {
    expect(classFolders(['train/a/1.png', 'train/b/2.png'], 'set').classes).toEqual(['a', 'b']);
    expect(classFolders(['a/1.png', 'a/2.png'], 'set').classes).toEqual(['a']);
  });

  it('takes the classes of another part, and no others', () => {
    const { labels, classes } = classFolders(['c/1.png'], 'set', ['a', 'b', 'c']);
    expect([[...labels], classes]).toEqual([[2], ['a', 'b', 'c']]);
    expect(() => classFolders(['d/1.png'], 'set', ['a', 'b'])).toThrow(
      'set: the folder d is none of the 2 classes (a, b)',
    );
  });

  it('refuses files without folders', () => {
    expect(() => classFolders(['1.png', '2.png'], 'set')).toThrow(
      'set: 2 files, none of them in a folder; want a folder for each class',
    );
  });
});
