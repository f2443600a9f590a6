// What tsc has to know of imports that Vite and Svelte understand.
/// <reference types="svelte" />

/** The address of a file, which is built along. */
declare module '*?url' {
  const address: string;
  export default address;
}
