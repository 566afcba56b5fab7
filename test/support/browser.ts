import type { Flow } from './flow.ts';

/** What `PUBLIC_URL` is in these flows: a proxy stands before the bot and takes the path away. */
export const publicUrl = 'https://bot.example.com/chatops';

/** The settings of a bot with which people can link their accounts. */
export function linkingEnv(): Readonly<Record<string, string>> {
  return {
    GITLAB_OAUTH_CLIENT_ID: 'sandbox-application',
    GITLAB_OAUTH_CLIENT_SECRET: 'gloas-sandbox',
    ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    PUBLIC_URL: publicUrl,
  };
}

/** A page as somebody sees it. */
export interface SeenPage {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Where the link or button with these words leads. */
  readonly html: string;
}

/** A browser of one person: keeps our cookie, goes where pages lead, and knows the proxy before the bot. */
export interface Browser {
  open(url: string): Promise<SeenPage>;
  /** Follows the link with these words, on GitLab's page as the person. */
  goOn(page: SeenPage, words: string): Promise<SeenPage>;
  /** Presses the only button of a page. */
  press(page: SeenPage): Promise<SeenPage>;
}

/** Opens one; `cookie` is shared by nobody. */
export function openBrowser(flow: Flow): Browser {
  let cookie = '';
  const visit = async (url: string, init: RequestInit = {}): Promise<SeenPage> => {
    const isOurs = url.startsWith(publicUrl);
    const target = isOurs ? `${flow.botUrl}${url.slice(publicUrl.length)}` : url;
    const headers = isOurs && cookie !== '' ? { cookie } : {};
    const response = await fetch(target, { ...init, headers, redirect: 'manual' });
    const set = response.headers.get('set-cookie');
    if (isOurs && set !== null) cookie = set.split(';')[0] ?? '';
    const location = response.headers.get('location');
    if (location !== null) return visit(new URL(location, url).href);
    const html = await response.text();
    const text = html
      .replaceAll(/<style>.*?<\/style>/gs, '')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    return { status: response.status, headers: response.headers, html, text };
  };
  return {
    open: (url) => visit(url),
    async goOn({ html }, words) {
      const href = new RegExp(`<a[^>]*href="([^"]+)"[^>]*>${words}</a>`).exec(html)?.[1];
      if (href === undefined) throw new Error(`no link "${words}" in ${html}`);
      return visit(href.replaceAll('&amp;', '&'));
    },
    async press({ html }) {
      const [, name = '', value = ''] = /<input type="hidden" name="(\w+)" value="([^"]+)">/.exec(html) ?? [];
      return visit(`${publicUrl}/oauth/gitlab/confirm`, {
        method: 'POST',
        body: new URLSearchParams({ [name]: value }),
      });
    },
  };
}

/** The address in the newest answer that only this person sees. */
export function addressFor(flow: Flow, user: string): string {
  const answer = JSON.stringify(flow.slack.ephemerals(user).at(-1));
  const url = new RegExp(`${publicUrl}/oauth/gitlab/start\\?for=[\\w-]+`).exec(answer)?.[0];
  if (url === undefined) throw new Error(`no address for ${user} in ${answer}`);
  return url;
}

/** The person links their account from the command to the last page. */
export async function linksAccount(flow: Flow, user: string, username: string): Promise<void> {
  await flow.types(user, '/chatops link');
  const browser = openBrowser(flow);
  const started = await browser.open(addressFor(flow, user));
  const both = await browser.goOn(await browser.goOn(started, 'Go on to GitLab'), `Authorize as ${username}`);
  const done = await browser.press(both);
  if (done.status !== 200) throw new Error(`not linked: ${done.text}`);
  await flow.reads(user, 'You are linked');
}
