import { describe, expect, it } from 'vitest';
import { renderMail } from '../../src/cards/mail.ts';
import { bold, code, link, say, time, user } from '../../src/domain/phrase.ts';
import { at } from './builders.ts';

const project = { path: 'acme/production-app', url: 'https://gitlab.example.com/acme/production-app' };
const hostile = `<script>alert(1)</script> & "x"\r\nBcc: thief@example.com\u202e`;

function mailOf(change: Partial<Parameters<typeof renderMail>[0]> = {}) {
  return renderMail({
    project,
    environment: 'production',
    card: [
      {
        kind: 'lines',
        lines: [
          say`${user('U0ANN')} ${bold('v1.4.0')} failed.`,
          say`${link('Log of deploy-prod', 'https://gitlab.example.com/-/jobs/9?a=1&b=2')} · ${code('deploy')} · ${time(at('10:00'))}`,
        ],
      },
      { kind: 'log', text: 'one\ntwo' },
    ],
    isUnshown: false,
    nameOf: (id) => (id === 'U0ANN' ? 'ann' : undefined),
    ...change,
  });
}

describe('renderMail', () => {
  it('says the same in words and in HTML, its first line being the subject', () => {
    const { subject, text, html } = mailOf();

    expect(subject).toBe('[acme/production-app production] @ann v1.4.0 failed.');
    expect(text).toBe(`@ann v1.4.0 failed.
Log of deploy-prod <https://gitlab.example.com/-/jobs/9?a=1&b=2> · deploy · 2026-11-23 10:00 UTC

  one
  two

Project: acme/production-app <https://gitlab.example.com/acme/production-app>
You get this because notify_email of production names you in chatops.yml. To act, go to Slack.
`);
    expect(html).toContain('<p>@ann <b>v1.4.0</b> failed.<br>');
    expect(html).toContain('<a href="https://gitlab.example.com/-/jobs/9?a=1&amp;b=2">Log of deploy-prod</a>');
    expect(html).toContain('<code>deploy</code>');
    expect(html).toContain('<pre>one\ntwo</pre>');
  });

  it('takes nothing that outsiders wrote for a mark, a header or an address', () => {
    const lines = [say`${hostile} ${bold(hostile)} ${link(hostile, 'javascript:alert(1)')} ${code(hostile)}`];
    const { subject, html } = mailOf({
      environment: hostile,
      card: [
        { kind: 'lines', lines },
        { kind: 'log', text: hostile },
      ],
    });

    expect(subject).not.toMatch(/[\r\n\u202e]/);
    expect(html).not.toContain('<script');
    expect(html).not.toContain('javascript:');
    expect(html).not.toContain('\u202e');
  });

  it('links no message that Slack may not have, and no user by a name that nobody knows', () => {
    const lines = [say`${link('the thread', 'message://C1%2Fpipeline%3A9')} of ${user('U0NEW')}`];
    const { text } = mailOf({ card: [{ kind: 'lines', lines }] });

    expect(text.split('\n')[0]).toBe('the thread of @U0NEW');
  });

  it('says first that Slack does not have it', () => {
    expect(mailOf({ isUnshown: true }).text).toMatch(/^Slack has not taken this message for five minutes. It says:\n/);
    expect(mailOf({ isUnshown: true }).subject).toContain('failed');
  });
});
