// What tsc has to know of Vite's and Svelte's imports.
/// <reference types="vite/client" />
/// <reference types="svelte" />
