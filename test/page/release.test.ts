import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Demo, startDemo } from '../../src/cli/demo.ts';
import { chromiumPath, launchChromium, openPage, type WatchedPage, withoutChromium } from './chromium.ts';
import { takePicture } from './picture.ts';

const wantsPicture = process.env['UPDATE_PICTURE'] === '1';

/** Quick enough for a test; for the picture, long enough that its durations look like those of real jobs. */
const jobMs = wantsPicture ? 1_200 : 150;

describe.skipIf(chromiumPath === undefined)(`the demo in a browser${withoutChromium}`, { timeout: 120_000 }, () => {
  let demo: Demo;
  let browser: Browser;
  let opened: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    demo = await startDemo(() => undefined, jobMs);
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
  const thread = (): Locator => page.getByRole('log', { name: 'Replies' });
  const composer = (): Locator => page.getByRole('textbox', { name: 'Message or /command' });
  const types = async (line: string): Promise<void> => {
    await composer().fill(line);
    await composer().press('Enter');
  };

  it('takes a release to production: tag, gate, plan, promote, verified', async () => {
    await page.getByRole('textbox', { name: 'Tag name' }).fill('v1.4.0');
    await page.getByRole('button', { name: 'Push tag' }).click();
    await timeline().getByText('Waiting for a person: deploy-canary').waitFor();

    await composer().click();
    await page.keyboard.type('/dep');
    expect(await page.locator('#say-list').getByRole('option').count()).toBe(2);
    await page.keyboard.press('Tab');
    expect(await composer().inputValue()).toBe('/deploy ');
    await page.keyboard.type('prod v1.4.0');
    await page.keyboard.press('Enter');
    await timeline().getByText('Deploy v1.4.0 to production?').waitFor();
    await page.getByRole('button', { name: 'Deploy v1.4.0 to production', exact: true }).click();

    await timeline().getByText('Follow the thread').click();
    await thread().getByText('Promote v1.4.0 to production?').waitFor();
    if (wantsPicture) await takePicture(page);
    await page.getByRole('button', { name: 'Promote v1.4.0 to production' }).click();

    await thread().getByText('v1.4.0 is deployed to production.').last().waitFor();
    await thread().getByText('Verified by verify-deployment').waitFor();
    await timeline().getByText('v1.4.0 · passed').waitFor();
    await thread().getByRole('button', { name: 'Promote' }).waitFor({ state: 'detached' });
    expect(await page.evaluate<number>(belowTheView)).toBeLessThan(60);
  });

  it('refuses a guest, in words that say what to do', async () => {
    await page.getByRole('button', { name: 'Gil guest' }).click();
    await page.getByRole('button', { name: 'Gil guest', pressed: true }).waitFor();

    await types('/deploy prod v1.3.0');

    const refusal = timeline().locator('article', { hasText: 'Code: guest' });
    await refusal.waitFor();
    expect(await refusal.innerText()).toMatch(
      /v1\.3\.0 was not deployed to production\.\nGuests and bots can look, not deploy\.\nAsk a full member/,
    );
  });

  it('shows hostile names literally', async () => {
    // A push that ends well is no news here.
    demo.gitlab.planFailure('unit-tests');
    await demo.gitlab.pushBranch('main', { title: 'Ping <!channel> & <script>alert(2)</script>' });
    const branch = '<script>alert(1)</script>';
    // The sample project runs nothing for a branch without a merge request; the branch is there all the same.
    await demo.gitlab.pushBranch(branch).catch(() => undefined);

    await types(`/deploy staging ${branch}`);

    await timeline().getByText(`Start a pipeline for ${branch} and deploy it to staging?`).waitFor();
    await timeline().getByText('Ping <!channel> & <script>alert(2)</script>').first().waitFor();
    expect(await page.locator('.sl-broadcast').count()).toBe(0);
    expect(await page.locator('#slack_blocks_to_jsx script').count()).toBe(0);
  });

  it('opens a form above everything, keeps what is typed in it, and puts it away', async () => {
    await openForm(demo);
    const form = page.getByRole('dialog', { name: 'Deploy' });
    const version = form.getByRole('textbox', { name: 'Version' });

    await form.waitFor();
    await version.and(page.locator(':focus')).waitFor();
    await page.keyboard.type('v1.4');
    await form.getByRole('combobox').selectOption('staging');
    demo.slack.say({ user: 'U0RAJ', channel: 'C0DEPLOYS', text: 'good morning' });
    await timeline().getByText('good morning').waitFor();
    await page.keyboard.type('.0');

    expect(await version.inputValue()).toBe('v1.4.0');
    expect(await form.getByRole('combobox').inputValue()).toBe('staging');
    expect(await page.locator('main').getAttribute('inert')).not.toBeNull();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    expect(await page.locator('main').getAttribute('inert')).toBeNull();
  });

  it('asks which of two projects is meant, and shows the one that is chosen', async () => {
    await page.getByRole('button', { name: 'acme/canary', exact: true }).click();
    await page.getByRole('button', { name: 'Play deploy-prod' }).waitFor();
    await types('/deploy canary v1.4.0');
    await timeline().getByText('can be read in two ways').waitFor();

    await page.getByRole('button', { name: 'acme/canary: production v1.4.0' }).click();
    await page.getByRole('button', { name: 'Deploy v1.4.0 to production', exact: true }).click();

    await page.getByRole('button', { name: 'Play deploy-prod' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '# canary' }).click();
    await timeline().getByText('v1.4.0 · passed').waitFor();
    expect(demo.gitlab.in('acme/canary').job('deploy-prod').status).toBe('success');
  });

  it('is used with the keyboard alone', async () => {
    const wanted = ['Ann deploys', 'Gil guest', 'GitLab', '# deploys', 'Messages', 'Message or /command', 'Send'];
    const reached = await tabThrough(page, [...wanted, 'Tag name', 'Push tag', 'Push to main']);
    expect(reached).toEqual(expect.arrayContaining([...wanted, 'Tag name', 'Push tag', 'Push to main']));

    const opener = page.locator('#timeline [data-thread]').first();
    demo.slack.say({ user: 'U0RAJ', channel: 'C0DEPLOYS', text: 'anybody there?' });
    await timeline().getByText('anybody there?').waitFor();
    await opener.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Thread' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Thread' }).waitFor({ state: 'hidden' });

    expect(await opener.and(page.locator(':focus')).count()).toBe(1);
  });
});

/** Runs in the browser: how much of the thread lies below what is in view. */
const belowTheView = `(() => {
  const part = document.getElementById('thread');
  return part.scrollHeight - part.scrollTop - part.clientHeight;
})()`;

/** Runs in the browser: what a screen reader would call the control that has the focus. */
const focusedName = `(() => {
  const control = document.activeElement;
  const label = control instanceof HTMLSelectElement ? control.labels[0]?.firstChild?.textContent : undefined;
  return (control.getAttribute('aria-label') ?? label ?? control.innerText).trim();
})()`;

/** The names of the controls that Tab comes to, until all those wanted were there or it begins anew. */
async function tabThrough(page: Page, wanted: readonly string[]): Promise<readonly string[]> {
  const reached: string[] = [];
  for (let count = 0; count < 60 && !wanted.every((name) => reached.includes(name)); count += 1) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate<string>(focusedName));
  }
  return reached;
}

/** What an app does that opens a form: the trigger of a command, used within three seconds. */
async function openForm({ slack }: Demo): Promise<void> {
  const option = (name: string) => ({ text: plain(name), value: name });
  const environments = {
    type: 'static_select',
    action_id: 'environment',
    options: ['production', 'staging'].map(option),
  };
  const blocks = [
    { type: 'input', block_id: 'version', label: plain('Version'), element: aTextField },
    { type: 'input', block_id: 'environment', label: plain('Environment'), element: environments },
  ];
  const view = { type: 'modal', title: plain('Deploy'), submit: plain('Show plan'), close: plain('Cancel'), blocks };
  await slack.command({ user: 'U0ANN', channel: 'C0DEPLOYS', command: '/chatops', text: 'help', triggerId: 'form.1' });
  const response = await fetch(`${slack.url}/api/views.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ trigger_id: 'form.1', view }),
  });
  expect(await response.json()).toMatchObject({ ok: true, view: { type: 'modal' } });
}

function plain(text: string) {
  return { type: 'plain_text', text };
}

const aTextField = { type: 'plain_text_input', action_id: 'version' };
