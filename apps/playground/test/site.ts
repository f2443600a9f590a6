// Visits to the built site by a browser.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Browser, launchChromium, type Page } from '../../../tooling/browser/chromium.ts';
import { type BuiltSite, builtSite } from './built-site.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Pictures for review; git does not keep them. */
const pictures = join(root, 'screenshots');

/** A visitor's tab, and all that is wrong with it. */
export interface Visit {
  readonly page: Page;
  /** what the page and its workers complained of, and pages that were not found */
  readonly complaints: string[];
  /** addresses asked for */
  readonly requests: string[];
  close(): Promise<void>;
}

export interface VisitOptions {
  /** behind the site's address, such as `?engine=wasm#/learn` */
  readonly at?: string;
  readonly colorScheme?: 'light' | 'dark';
}

/** A browser and the built site, from before the tests of a `describe` until after them. */
export interface Here {
  readonly browser: Browser;
  readonly site: BuiltSite;
  visit(options?: VisitOptions): Promise<Visit>;
}

/** @param switches of the browser */
export function openSite(switches: readonly string[] = []): Here {
  const parts: { browser?: Browser; site?: BuiltSite } = {};
  beforeAll(async () => {
    parts.site = await builtSite();
    parts.browser = await launchChromium(switches);
  }, 180_000);
  afterAll(async () => {
    await parts.browser?.close();
    await parts.site?.close();
  });
  return {
    get browser() {
      return parts.browser!;
    },
    get site() {
      return parts.site!;
    },
    visit: (options) => visit(parts.browser!, parts.site!, options),
  };
}

async function visit(
  browser: Browser,
  site: BuiltSite,
  { at = '', colorScheme = 'light' }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  context.on('request', (request) => requests.push(request.url()));
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(site.address + at);
  await page.locator('[data-engine]').waitFor({ timeout: 60_000 });
  return { page, complaints, requests, close: () => context.close() };
}

export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).textContent()) ?? '';
}

/** The number that an element's text begins with: '95.5 %' is 95.5. */
export async function numberIn(page: Page, selector: string): Promise<number> {
  return Number.parseFloat((await textOf(page, selector)).replaceAll(',', ''));
}

/** What axe finds, serious or worse: a line each. */
export async function barriers(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axePath });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
  });
}

/**
 * Looks at a page as it is now in both themes, at a desk and on a phone: pictures for review; nothing wider than the screen,
 * nothing that axe objects to.
 */
export async function inspectLooks({ page }: Visit, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  const theme = page.getByLabel('Theme');
  const found: string[] = [];
  for (const [width, height, place] of [
    [1280, 900, 'desk'],
    [390, 844, 'phone'],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colours of ['light', 'dark'] as const) {
      await theme.selectOption(colours);
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(pictures, `${name}-${place}-${colours}.png`), fullPage: true });
      const widest = await page.evaluate(() => document.documentElement.scrollWidth);
      if (widest > width) found.push(`${name} on a ${place} is ${widest} pixels wide, the screen ${width}`);
      if (place === 'desk') found.push(...(await barriers(page)).map((line) => `${name} in ${colours}: ${line}`));
    }
  }
  await theme.selectOption('auto');
  await page.setViewportSize({ width: 1280, height: 900 });
  expect(found).toEqual([]);
}
