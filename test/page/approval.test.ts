import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Demo, startDemo } from '../../src/cli/demo.ts';
import { chromiumPath, launchChromium, openPage, withoutChromium } from './chromium.ts';

describe.skipIf(chromiumPath === undefined)(`an approval on the demo${withoutChromium}`, { timeout: 120_000 }, () => {
  let demo: Demo;
  let browser: Browser;

  beforeAll(async () => {
    demo = await startDemo(() => undefined, 150);
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await demo.stop();
  }, 60_000);

  it('is given by another person under their own name, who links their account for it', async () => {
    const { page, trouble } = await openPage(browser, demo.url);
    const timeline = page.getByRole('log', { name: 'Messages' });
    const thread = page.getByRole('log', { name: 'Replies' });
    await page.getByText('Production needs an approval (Premium)').click();
    await page.getByRole('textbox', { name: 'Tag name' }).fill('v1.4.0');
    await page.getByRole('button', { name: 'Push tag' }).click();
    await timeline.getByText('Waiting for a person: deploy-canary').waitFor();
    await types(page, '/deploy prod v1.4.0');
    await timeline.getByText('Deploy v1.4.0 to production?').waitFor();
    await page.getByRole('button', { name: 'Deploy v1.4.0 to production', exact: true }).click();
    await timeline.getByText('Follow the thread').click();
    await page.getByRole('button', { name: 'Promote v1.4.0 to production' }).click();
    await thread.getByText('Approve v1.4.0 to production?').waitFor();

    await page.getByRole('button', { name: 'Raj approves' }).click();
    await types(page, '/chatops link');
    const invitation = timeline.getByRole('button', { name: 'Link your GitLab account' });
    await link(browser, (await invitation.getAttribute('data-url')) ?? '', 'raj');
    await approve(page, timeline);

    await timeline.getByText('Approved by Raj Patel').first().waitFor();
    await timeline.getByText('v1.4.0 · passed').waitFor();
    expect(
      demo.gitlab.requests.filter(({ path }) => path.endsWith('/approval')).map(({ username }) => username),
    ).toEqual(['raj']);
    expect(trouble).toEqual([]);
  });
});

async function types(page: Page, line: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Message or /command' });
  await composer.fill(line);
  await composer.press('Enter');
}

/** In a browser profile of its own, as somebody who has their mail on another screen. */
async function link(browser: Browser, url: string, username: string): Promise<void> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByText('Go on to GitLab').click();
  await page.getByText(`Authorize as ${username}`).click();
  await page.getByRole('button', { name: 'Link them' }).click();
  await page.getByText(`@${username}`).first().waitFor();
  await page.context().close();
}

/** Slack asks once more where production is approved. */
async function approve(page: Page, messages: Locator): Promise<void> {
  await messages.getByRole('button', { name: 'Approve v1.4.0 to production' }).click();
  await page.locator('#confirm').getByRole('button', { name: 'Approve' }).click();
}
