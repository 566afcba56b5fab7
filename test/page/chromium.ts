import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where a Chromium lies on this machine, or undefined. `CHROMIUM` names one that is elsewhere. */
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/google-chrome', process.env['CHROMIUM']].find(
  (path) => path !== undefined && path !== '' && existsSync(path),
);

/** Why browser tests are left out here, to stand in their title; empty where they run. */
export const withoutChromium =
  chromiumPath === undefined ? ' (skipped: no Chromium here; apt install chromium, or name one in CHROMIUM)' : '';

/** A browser that itself calls nobody. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium on this machine');
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page and what must not happen on it: errors in its console, requests to anywhere but its own address. */
export interface WatchedPage {
  readonly page: Page;
  readonly trouble: readonly string[];
}

/** Opens an address in a browser profile of its own, as wide as a laptop. */
export async function openPage(browser: Browser, url: string): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'Europe/Paris' });
  context.setDefaultTimeout(60_000);
  const trouble: string[] = [];
  context.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(`${url}/`) && !asked.startsWith('data:')) trouble.push(`request to ${asked}`);
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(String(error)));
  await page.goto(url);
  return { page, trouble };
}
