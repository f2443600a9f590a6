// Builds a page as a user's Vite would, and serves what was built, with or without the two headers that make a page
// cross-origin isolated (only such a page has SharedArrayBuffer).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type InlineConfig, type Plugin, type PreviewServer, preview } from 'vite';

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

export interface SiteOptions {
  /** false keeps the names of variables */
  readonly minify?: boolean;
  /** Vite's configuration; without it, what the packages' READMEs tell users to set */
  readonly configFile?: string;
  /** files in place of module names */
  readonly alias?: Readonly<Record<string, string>>;
  readonly plugins?: readonly Plugin[];
}

/**
 * @param root the folder with `index.html`
 * @throws Error when the page does not build
 */
export async function buildSite(
  root: string,
  { minify = true, configFile, alias = {}, plugins = [] }: SiteOptions = {},
): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'orchid-site-'));
  const servers: PreviewServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  const quiet = { root, logLevel: 'error' } as const;
  const settings: InlineConfig = configFile ? {} : { build: { target: 'es2022' }, worker: { format: 'es' } };
  try {
    await build({
      ...quiet,
      configFile: configFile ?? false,
      ...settings,
      resolve: { alias: { ...alias } },
      plugins: [...plugins],
      build: { ...settings.build, outDir: folder, emptyOutDir: true, minify },
    });
    const serve = async (headers: Readonly<Record<string, string>>): Promise<string> => {
      const server = await preview({
        ...quiet,
        configFile: false,
        plugins: [...plugins],
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
