import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Demo, startDemo } from '../../src/cli/demo.ts';
import { chromiumPath, launchChromium, openPage, type WatchedPage, withoutChromium } from './chromium.ts';

describe.skipIf(chromiumPath === undefined)(`forms in a browser${withoutChromium}`, { timeout: 120_000 }, () => {
  let demo: Demo;
  let browser: Browser;
  let opened: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    demo = await startDemo(() => undefined, 150);
    browser = await launchChromium();
  }, 60_000);

  beforeEach(async () => {
    opened = await openPage(browser, demo.url);
    page = opened.page;
  });

  afterEach(async () => {
    await page.context().close();
    if (opened.trouble.length > 0) throw new Error(`on the page: ${opened.trouble.join('; ')}`);
  });

  afterAll(async () => {
    await browser.close();
    await demo.stop();
  }, 60_000);

  const timeline = (): Locator => page.getByRole('log', { name: 'Messages' });
  const modal = (): Locator => page.getByRole('dialog');
  const types = async (line: string): Promise<void> => {
    const composer = page.getByRole('textbox', { name: 'Message or /command' });
    await composer.fill(line);
    await composer.press('Enter');
  };

  it('plans a deploy from the form, its version chosen from the list, and shows what ships', async () => {
    await page.getByRole('textbox', { name: 'Tag name' }).fill('v1.4.0');
    await page.getByRole('button', { name: 'Push tag' }).click();
    await timeline().getByText('Waiting for a person: deploy-canary').waitFor();

    await types('/deploy prod');
    await modal().getByText('Next you see what would ship').waitFor();
    const version = modal().locator('[data-action="deploy_version"]');
    await version.fill('1.4');
    await modal().getByRole('option', { name: 'v1.4.0' }).click();
    await modal().getByRole('button', { name: 'Show the plan' }).click();
    await timeline().getByText('Deploy v1.4.0 to production?').waitFor();
    await modal().waitFor({ state: 'detached' });

    await timeline()
      .getByRole('button', { name: /^What ships/ })
      .click();
    await modal().getByText('It replaces').waitFor();
    expect(await modal().textContent()).toContain('Merge requests');
    await modal().getByRole('button', { name: 'Close' }).last().click();
    await modal().waitFor({ state: 'detached' });
  });

  it('opens what can be done about a message from its menu', async () => {
    const root = timeline().locator('article', { hasText: 'v1.4.0 · ' }).first();
    await root.hover();
    await root.getByRole('button', { name: 'ChatOps here' }).click();

    await modal().getByText('This thread is about v1.4.0').waitFor();
    const deploy = modal().getByRole('button', { name: 'Deploy v1.4.0 to production' });
    expect(await deploy.textContent()).toBe('Deploy to production');
    await modal().getByRole('button', { name: 'Close' }).last().click();
    await modal().waitFor({ state: 'detached' });
  });

  it('hears what is written to the bot alone', async () => {
    await page.getByRole('button', { name: '● ChatOps' }).click();

    await types('deploy prod v1.4.0');

    await timeline()
      .getByRole('button', { name: /^acme\/production-app/ })
      .click();
    const plan = timeline().locator('article', { hasText: 'Deploy v1.4.0 to production?' });
    await plan.waitFor();
    expect(await plan.textContent()).toContain('Only visible to you');
  });
});
