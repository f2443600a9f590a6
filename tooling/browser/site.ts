// Builds a page as a user's Vite would, and serves what was built, with or without the two headers that make a page
// cross-origin isolated (only such a page has SharedArrayBuffer).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type PreviewServer, preview } from 'vite';

/** What a server sends so that its pages are cross-origin isolated. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

export interface Site {
  /** the folder of the built files */
  readonly folder: string;
  /** address of the page, without and with {@link isolationHeaders} */
  readonly plain: string;
  readonly isolated: string;
  /** stops both servers and removes the folder */
  close(): Promise<void>;
}

/**
 * @param root the folder with `index.html`
 * @param minify false keeps the names of variables
 * @throws Error when the page does not build
 */
export async function buildSite(root: string, { minify = true }: { readonly minify?: boolean } = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'orchid-site-'));
  const servers: PreviewServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  const common = { root, configFile: false, logLevel: 'error' } as const;
  try {
    await build({
      ...common,
      build: { outDir: folder, emptyOutDir: true, target: 'es2022', minify },
      worker: { format: 'es' },
    });
    const serve = async (headers: Readonly<Record<string, string>>): Promise<string> => {
      const server = await preview({
        ...common,
        build: { outDir: folder },
        preview: { host: '127.0.0.1', port: 0, strictPort: true, headers: { ...headers } },
      });
      servers.push(server);
      const address = server.resolvedUrls?.local[0];
      if (!address) throw new Error(`vite serves ${folder} nowhere`);
      return address;
    };
    return { folder, plain: await serve({}), isolated: await serve(isolationHeaders), close };
  } catch (error) {
    await close();
    throw error;
  }
}
