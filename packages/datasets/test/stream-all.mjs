// A program for the test of memory: streams all documents of files once, in a heap that could not hold them.
import { register } from 'tsx/esm/api';

register();
const { ShuffledDocuments } = await import('../src/index.ts');
const { openDocuments } = await import('../src/node/index.ts');

const files = await openDocuments(process.argv.slice(2));
const documents = new ShuffledDocuments({ files, seed: 0, buffer: 500 });
let characters = 0;
let count = 0;
for (let text = await documents.next(); documents.epoch === 0; text = await documents.next()) {
  characters += text.length;
  count++;
}
await documents.close();
console.log(JSON.stringify({ characters, count }));
