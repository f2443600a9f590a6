// The plainest server there is: files of a folder, under a path, with their types. What any web server does.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  /** the folder's address, with a slash at its end */
  readonly address: string;
  close(): Promise<void>;
}

/** @param under the path that the folder is at, such as `/some/folder/` */
export async function serveFolder(folder: string, under: string): Promise<StaticServer> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://any');
    const path = pathname.startsWith(under) ? pathname.slice(under.length) : null;
    const file = path === null ? null : join(folder, normalize(`/${path === '' ? 'index.html' : path}`));
    try {
      if (file === null) throw new Error('another folder');
      const content = await readFile(file);
      response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
      response.end(content);
    } catch {
      // Whatever is not there is not found, the reason is nobody's business.
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${under}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
