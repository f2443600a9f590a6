// What the page's build puts in place of this name: the test files, each to be imported when its turn comes.
declare module 'suite' {
  export const files: Readonly<Record<string, () => Promise<unknown>>>;
}
