import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type MailServer, SmtpUrl } from '../../src/config/mail-server.ts';
import { createMailSender } from '../../src/monitoring/smtp.ts';
import { type MailServerStandIn, readMail, startMailServer } from '../support/mail-server.ts';

let server: MailServerStandIn | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const mail = {
  key: 'mail/acme/production-app/production/job:9',
  to: ['ops@example.com', 'mia@example.com'],
  subject: 'The deployment of v1.4.0 failed',
  text: 'in words\n',
  html: '<p>in words</p>\n',
  at: new Date('2026-11-23T10:00:00Z'),
};

const read = (url: string): MailServer => SmtpUrl.parse(url);

describe('createMailSender', () => {
  it('sends both bodies to all, from the sender of the address, under an id that the key decides', async () => {
    server = await startMailServer();
    const sender = createMailSender(read(`smtp://127.0.0.1:${server.port}?tls=off&from=chatops@example.com`));

    await sender.mail(mail);
    await sender.mail(mail);

    expect(server.mails[0]).toMatchObject({ from: 'chatops@example.com', to: mail.to });
    const [first, second] = await Promise.all(server.mails.map(readMail));
    expect(first).toMatchObject({ subject: mail.subject, text: mail.text, html: mail.html, date: mail.at });
    expect(first?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(first?.messageId).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(second?.messageId).toBe(first?.messageId);
  });

  it('lets no text become a header', async () => {
    server = await startMailServer();
    const sender = createMailSender(read(`smtp://127.0.0.1:${server.port}?tls=off&from=chatops@example.com`));

    await sender.mail({ ...mail, subject: 'v1\r\nBcc: thief@example.com\r\n\r\nnew body', key: 'a>\r\nBcc: b@c.de' });

    expect(server.mails.map(({ to }) => to)).toEqual([mail.to]);
    const [parsed] = await Promise.all(server.mails.map(readMail));
    expect(parsed?.bcc).toBeUndefined();
    expect(parsed?.text).toBe(mail.text);
    expect(parsed?.subject).toContain('Bcc: thief@example.com');
  });

  it('signs in with user and password, and says when they are wrong, without them', async () => {
    server = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        username === 'bot@example.com' && password === 'p@ss'
          ? done(null, { user: username })
          : done(new Error('no such user')),
    });
    const at = `127.0.0.1:${server.port}?tls=off`;

    await createMailSender(read(`smtp://bot%40example.com:p%40ss@${at}`)).mail(mail);
    expect(server.mails[0]?.from).toBe('bot@example.com');

    const wrong = createMailSender(read(`smtp://bot%40example.com:guess-me@${at}`)).check();
    await expect(wrong).rejects.toMatchObject({ hint: 'Check user and password in SMTP_URL.', retryable: true });
    await expect(wrong).rejects.not.toMatchObject({ message: expect.stringContaining('guess-me') });
  });

  it('gives up what the server refuses for good, and tries again what it refuses for now', async () => {
    server = await startMailServer();
    const sender = createMailSender(read(`smtp://127.0.0.1:${server.port}?tls=off&from=chatops@example.com`));

    server.refuseWith(550);
    await expect(sender.mail(mail)).rejects.toMatchObject({ retryable: false });
    server.refuseWith(451);
    await expect(sender.mail(mail)).rejects.toMatchObject({ retryable: true });
    await server.stop();
    server = undefined;

    await expect(sender.mail(mail)).rejects.toMatchObject({ code: 'outside', retryable: true });
  });

  it('sends nothing in clear where TLS was asked for', async () => {
    server = await startMailServer();
    const sender = createMailSender(read(`smtp://127.0.0.1:${server.port}?from=chatops@example.com`));

    await expect(sender.mail(mail)).rejects.toMatchObject({ hint: expect.stringContaining('tls=off') });
    expect(server.mails).toEqual([]);
  });

  it.each([
    ['STARTTLS', 'smtp', {}],
    ['TLS from the first byte', 'smtps', { secure: true }],
  ])('uses %s, and trusts no certificate that nobody vouches for', async (_name, scheme, options) => {
    // Of the key that the server brings along, which everybody has.
    const cert = readFileSync(new URL('../fixtures/tls/localhost.pem', import.meta.url), 'utf8');
    server = await startMailServer({ disabledCommands: [], cert, ...options });
    const sender = createMailSender(read(`${scheme}://localhost:${server.port}?from=chatops@example.com`));
    const trusted = getCACertificates('default');

    await expect(sender.mail(mail)).rejects.toMatchObject({ hint: expect.stringContaining('certificate') });
    expect(server.mails).toEqual([]);
    setDefaultCACertificates([...trusted, cert]);
    await sender.mail(mail).finally(() => setDefaultCACertificates(trusted));

    expect(server.mails).toHaveLength(1);
  });
});
