// What the page's build puts in place of this name: the cases of one package.
declare module 'cases' {
  export const cases: readonly import('../../../packages/backends/src/testing/cases.ts').Case[];
}
