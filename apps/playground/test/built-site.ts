// The built site, on a plain server in a folder of it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSite } from '../../../tooling/browser/site.ts';
import { serveFolder } from './static-server.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface BuiltSite {
  readonly address: string;
  readonly folder: string;
  close(): Promise<void>;
}

/** Builds the site as `pnpm site` does. */
export async function builtSite(): Promise<BuiltSite> {
  const site = await buildSite(root, { configFile: join(root, 'vite.config.ts') });
  const server = await serveFolder(site.folder, '/some/folder/');
  return {
    address: server.address,
    folder: site.folder,
    async close() {
      await server.close();
      await site.close();
    },
  };
}
