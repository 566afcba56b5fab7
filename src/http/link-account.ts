import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LinkAccount } from '../app/links/link-account.ts';
import type { Log } from '../app/ports.ts';
import { commandLine } from '../domain/command-line.ts';
import { confirmPage, linkedPage, type Page, problemPage, sendPage, startPage } from './link-page.ts';
import { readBody } from './read-body.ts';
import type { Route } from './server.ts';

const COOKIE = 'chatops_link';
const COOKIE_SECONDS = 600;
/** One field of 43 characters. */
const MAX_FORM_BYTES = 2_000;

export interface LinkRoutesDeps {
  readonly linkAccount: LinkAccount;
  /** The bot's own address; may have a path. */
  readonly publicUrl: string;
  readonly gitlabUrl: string;
  /** `gl-` where commands are installed as `/gl-chatops`; else empty. */
  readonly commandPrefix: string;
  readonly log: Log;
}

/**
 * The pages on which people link their GitLab accounts. They lead nowhere but to GitLab and back: no address is taken
 * from the request.
 */
export function createLinkRoutes(deps: LinkRoutesDeps): readonly Route[] {
  const { linkAccount, gitlabUrl, log } = deps;
  const link = commandLine(deps.commandPrefix, '/chatops', ['link']);
  const unlink = commandLine(deps.commandPrefix, '/chatops', ['unlink']);
  const told = (response: ServerResponse, page: Page): void => {
    if (page.status !== 200) log.info({ status: page.status, page: page.title }, 'an account was not linked');
    sendPage(response, page);
  };
  return [
    {
      method: 'GET',
      path: '/oauth/gitlab/start',
      async handle(request, response) {
        const step = await linkAccount.start(queryOf(request).get('for') ?? '');
        if (step.kind === 'problem') return told(response, problemPage({ ...step, link }));
        response.setHeader('set-cookie', cookieFor(step.browser, deps.publicUrl));
        told(response, startPage({ ...step, gitlabUrl }));
      },
    },
    {
      method: 'GET',
      path: '/oauth/gitlab/callback',
      async handle(request, response) {
        const step = await linkAccount.answer({ query: queryOf(request), browser: browserOf(request) });
        told(response, step.kind === 'ok' ? confirmPage(step) : problemPage({ ...step, link }));
      },
    },
    {
      method: 'POST',
      path: '/oauth/gitlab/confirm',
      async handle(request, response) {
        const body = await readBody(request, MAX_FORM_BYTES);
        if (body === 'aborted') return;
        const form = new URLSearchParams(body === 'too_large' ? '' : body.toString('utf8'));
        const confirmation = form.get('confirmation') ?? '';
        const step = await linkAccount.confirm({ confirmation, browser: browserOf(request) });
        told(response, step.kind === 'ok' ? linkedPage({ ...step, unlink }) : problemPage({ ...step, link }));
      },
    },
  ];
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
}

/** Comes back from GitLab's page (Lax) and to these pages alone. */
function cookieFor(browser: string, publicUrl: string): string {
  const { protocol, pathname } = new URL(publicUrl);
  const path = `${pathname.replace(/\/+$/, '')}/oauth/gitlab`;
  const secure = protocol === 'https:' ? '; Secure' : '';
  return `${COOKIE}=${browser}; Path=${path}; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
}

function browserOf(request: IncomingMessage): string {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? '';
}
