import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { LinkProblem, SlackSide } from '../app/links/link-account.ts';
import type { LinkedPerson } from '../domain/link.ts';

/** A page as it is sent. */
export interface Page {
  readonly status: number;
  readonly title: string;
  /** HTML, with everything from outside escaped. */
  readonly body: string;
}

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}' +
  'dt{font-weight:600;margin-top:.75rem}dd{margin:0}' +
  'a.go,button{display:inline-block;font:inherit;font-weight:600;padding:.6rem 1rem;border:2px solid;border-radius:.4rem;' +
  'background:none;color:inherit;text-decoration:none;cursor:pointer}';

/** Nothing is loaded, framed, cached or passed on: the page holds what binds an account. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

/** Sends a page with the headers that each of them has. */
export function sendPage(response: ServerResponse, { status, title, body }: Page): void {
  const heading = escape(title);
  response.writeHead(status, headers);
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${heading}</title>` +
      `<meta name="viewport" content="width=device-width"><style>${style}</style></head>` +
      `<body><h1>${heading}</h1>${body}</body></html>`,
  );
}

/** Before GitLab asks: whom in Slack it is about. */
export function startPage(about: SlackSide & { readonly authorizeUrl: string; readonly gitlabUrl: string }): Page {
  return {
    status: 200,
    title: 'Link your GitLab account',
    body:
      `<p>You are about to let a Slack user act in GitLab under your name:</p>${names(about)}` +
      '<p><strong>Go on only if that is you, and you asked for this in Slack just now.</strong> ' +
      'If somebody sent you this address, close the page.</p>' +
      `<p><a class="go" href="${escape(about.authorizeUrl)}">Go on to GitLab</a></p>` +
      `<p>GitLab (${escape(about.gitlabUrl)}) asks you next. Nothing is linked before you have confirmed it here.</p>`,
  };
}

/** After GitLab said who they are: both names, and the one press that binds them. */
export function confirmPage(about: SlackSide & { readonly gitlab: LinkedPerson; readonly confirmation: string }): Page {
  return {
    status: 200,
    title: 'Are both of these you?',
    body:
      `${names(about)}<p>If you link them, what this Slack user does with the bot is done in GitLab as ` +
      `@${escape(about.gitlab.username)}: deploying, approving, running jobs.</p>` +
      '<p><strong>Link them only if both are you.</strong></p>' +
      '<form method="post" action="confirm">' +
      `<input type="hidden" name="confirmation" value="${escape(about.confirmation)}">` +
      '<button>Link them</button></form><p>If one is not you, close the page: nothing is linked.</p>',
  };
}

/** Done. */
export function linkedPage(about: SlackSide & { readonly gitlab: LinkedPerson; readonly unlink: string }): Page {
  return {
    status: 200,
    title: 'Linked',
    body: `${names(about)}<p>You can close this page. <code>${escape(about.unlink)}</code> in Slack ends it.</p>`,
  };
}

const words: Readonly<Record<LinkProblem, { readonly status: number; readonly title: string; readonly text: string }>> =
  {
    unknown: {
      status: 404,
      title: 'This address is not good any more',
      text: 'It was used already, or you asked for a newer one since.',
    },
    expired: { status: 410, title: 'Your ten minutes are over', text: 'The address is good for ten minutes.' },
    used: { status: 410, title: 'This was done already', text: 'Each address is good once.' },
    other_browser: {
      status: 403,
      title: 'This is another browser',
      text: 'You began in another browser, or cookies are switched off here. The whole way has to be gone in one.',
    },
    denied: { status: 403, title: 'You said no in GitLab', text: 'So nothing was linked.' },
    not_agreed: {
      status: 403,
      title: 'GitLab did not agree',
      text: "The application in GitLab may lack the scope api or this bot's callback address. Whoever runs the bot can see it with chatops doctor.",
    },
    gitlab_away: { status: 503, title: 'GitLab does not answer', text: 'Nothing was linked. Try again in a moment.' },
  };

/** Why it cannot go on, and the one thing to do. */
export function problemPage(about: {
  readonly problem: LinkProblem;
  readonly detail?: string | undefined;
  /** The command that gives out a new address, as installed. */
  readonly link: string;
}): Page {
  const { problem, detail, link } = about;
  const { status, title, text } = words[problem];
  const code = detail === undefined ? '' : ` GitLab's word for it: <code>${escape(detail)}</code>.`;
  const again = problem === 'used' ? 'Slack tells you what came of it; ' : '';
  return {
    status,
    title,
    body: `<p>${text}${code}</p><p>${again}<code>${escape(link)}</code> in Slack gives you a new address.</p>`,
  };
}

function names(about: SlackSide & { readonly gitlab?: LinkedPerson }): string {
  const { slackName, slackUserId, gitlab } = about;
  const inGitLab =
    gitlab === undefined ? '' : `<dt>In GitLab</dt><dd>@${escape(gitlab.username)} (${escape(gitlab.name)})</dd>`;
  return `<dl><dt>In Slack</dt><dd>${escape(slackName)} (${escape(slackUserId)})</dd>${inGitLab}</dl>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '');
}
