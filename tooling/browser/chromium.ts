// The browser that tests and benchmarks drive: the machine's own Chromium (CI installs Debian's), never a download.
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

export type { Browser, Page };

/** Where Chromium or Chrome is, or undefined on a machine without. */
export const chromiumPath: string | undefined = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));

/** A fresh profile that asks nothing of the network but our own pages. */
const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Switches for WebGPU on Chromium's own software adapter, SwiftShader, on any machine. */
export const webGpuSwitches: readonly string[] = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/**
 * Starts Chromium without a window; the caller closes it.
 *
 * @param args further switches, {@link webGpuSwitches} for one
 * @throws Error when the machine has none
 */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  if (!chromiumPath) throw new Error('Chromium is missing (apt-get install chromium; .ci/run installs it)');
  return chromium.launch({ executablePath: chromiumPath, args: [...quiet, ...args] });
}

/**
 * Opens a page.
 *
 * @returns also what the page and its workers will complain of: errors that nobody caught, errors and warnings on the
 *   console
 */
export async function openPage(browser: Browser, address: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(address);
  return { page, complaints };
}
