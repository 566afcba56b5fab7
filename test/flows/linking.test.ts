import { afterEach, describe, expect, it } from 'vitest';
import { addressFor, linkingEnv, linksAccount, openBrowser, publicUrl } from '../support/browser.ts';
import { deploys, type Flow, startFlow, words } from '../support/flow.ts';
import { until } from '../support/until.ts';

let flow: Flow;

afterEach(async () => flow.stop());

describe('linking a GitLab account', () => {
  it('names both identities, and binds only when the person confirms it', async () => {
    flow = await startFlow({ env: linkingEnv() });
    await flow.types('U0RAJ', '/chatops link');
    const browser = openBrowser(flow);

    const started = await browser.open(addressFor(flow, 'U0RAJ'));
    expect(started.text).toMatch(/In Slack \S+ \(U0RAJ\)/);
    expect(started.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(started.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(started.headers.get('referrer-policy')).toBe('no-referrer');
    expect(started.headers.get('cache-control')).toBe('no-store');
    expect(started.headers.get('set-cookie')).toMatch(
      /; Path=\/chatops\/oauth\/gitlab; .*HttpOnly; SameSite=Lax; Secure$/,
    );

    const atGitLab = await browser.goOn(started, 'Go on to GitLab');
    const both = await browser.goOn(atGitLab, 'Authorize as raj');
    expect(both.text).toMatch(/In Slack \S+ \(U0RAJ\) In GitLab @raj/);
    await flow.types('U0RAJ', '/chatops whoami');
    await flow.reads('U0RAJ', 'It is not linked');

    const done = await browser.press(both);
    expect(done.text).toContain('Linked');
    await flow.reads('U0RAJ', 'You are linked: in GitLab you are @raj');
    await flow.types('U0RAJ', '/chatops whoami');
    await flow.reads('U0RAJ', 'You linked that account');
    expect(flow.audit()).toContainEqual(
      expect.objectContaining({
        action: 'link.confirm',
        actor: expect.objectContaining({ slackUserId: 'U0RAJ', gitlab: expect.objectContaining({ username: 'raj' }) }),
      }),
    );

    // Each step is good once.
    expect((await browser.press(both)).text).toContain('This was done already');
    expect((await browser.open(addressForFirst(flow, 'U0RAJ'))).status).toBe(410);
  });

  it('says why it does not go on: another browser, a no, GitLab away, too late', async () => {
    let now = new Date();
    flow = await startFlow({ env: linkingEnv(), clock: { now: () => now } });
    const [mine, stranger] = [openBrowser(flow), openBrowser(flow)];
    const begin = async () => {
      await flow.types('U0RAJ', '/chatops link');
      return mine.goOn(await mine.open(addressFor(flow, 'U0RAJ')), 'Go on to GitLab');
    };

    expect((await stranger.goOn(await begin(), 'Authorize as raj')).text).toContain('This is another browser');
    expect((await mine.goOn(await begin(), 'Deny')).text).toContain('You said no in GitLab');
    const both = await mine.goOn(await begin(), 'Authorize as raj');
    expect((await stranger.press(both)).text).toContain('This is another browser');
    now = new Date(now.getTime() + 11 * 60_000);
    expect((await mine.press(both)).text).toContain('Your ten minutes are over');
    expect((await mine.open(addressFor(flow, 'U0RAJ'))).text).toContain('Your ten minutes are over');
    expect((await mine.open(`${publicUrl}/oauth/gitlab/start?for=guessed`)).status).toBe(404);
    expect((await mine.open(`${publicUrl}/oauth/gitlab/callback?state=guessed&code=1`)).status).toBe(404);

    const atGitLab = await begin();
    flow.gitlab.faults.status({ path: '/oauth/token' }, 502);
    expect((await mine.goOn(atGitLab, 'Authorize as raj')).status).toBe(503);

    await flow.types('U0RAJ', '/chatops whoami');
    await flow.reads('U0RAJ', 'It is not linked');
  });

  it('ends in Slack with /chatops unlink, and in GitLab too', async () => {
    flow = await startFlow({ env: linkingEnv() });
    await linksAccount(flow, 'U0RAJ', 'raj');

    await flow.types('U0RAJ', '/chatops unlink');

    await flow.reads('U0RAJ', 'You are not linked to @raj in GitLab any more');
    await until('the tokens to be ended in GitLab', () => flow.gitlab.oauth.pairs() === 0);
    await flow.types('U0RAJ', '/chatops unlink');
    expect(words(await flow.reads('U0RAJ', 'You have linked no GitLab account'))).toContain('Code: not_linked');
  });

  it('is not offered where it is not set up', async () => {
    flow = await startFlow();

    await flow.types('U0RAJ', '/chatops link');

    await flow.reads('U0RAJ', 'not set up to link');
    expect((await fetch(`${flow.botUrl}/oauth/gitlab/start`)).status).toBe(404);
    expect(flow.shown(deploys)).toEqual([]);
  });
});

/** The address that the person was given first. */
function addressForFirst(flow: Flow, user: string): string {
  const all = JSON.stringify(flow.slack.ephemerals(user));
  return new RegExp(`${publicUrl}/oauth/gitlab/start\\?for=[\\w-]+`).exec(all)?.[0] ?? '';
}
