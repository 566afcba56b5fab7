import { createHash } from 'node:crypto';
import type { createTransport } from 'nodemailer';
import type { AlsoTell, Mail } from '../app/outside/outside-ports.ts';
import type { MailServer } from '../config/mail-server.ts';
import { OutsideError } from '../domain/errors.ts';

/** Mail, as far as we need it. */
export interface MailSender {
  readonly mail: NonNullable<AlsoTell['mail']>;
  /** Connects and signs in, and sends nothing. */
  check(): Promise<void>;
}

type Transport = ReturnType<typeof createTransport>;

/** Mail servers make unknown clients wait before they greet. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 20_000, socketTimeout: 20_000 } as const;

/** Sends mail through the server of `SMTP_URL`: one connection a mail, of which there are few. */
export function createMailSender(server: MailServer): MailSender {
  const { host, port, secure, startTls, user, password, from } = server;
  // Loaded with the first mail: most starts have nothing to send.
  const open = async (): Promise<Transport> => {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      host,
      port,
      secure,
      // Without it a server, or somebody between, that does not offer TLS would get the mail in clear.
      requireTLS: startTls,
      ignoreTLS: !secure && !startTls,
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      ...timeouts,
      // What a mail holds comes from outside: nothing in it may be read as the name of a file or page to attach.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  return {
    async mail(mail) {
      const transport = await open();
      try {
        const { rejected } = await transport.sendMail(messageOf(mail, from));
        if (rejected.length > 0) throw refusedRecipients(rejected.length);
      } catch (error) {
        throw describe(error);
      } finally {
        transport.close();
      }
    },
    async check() {
      const transport = await open();
      try {
        await transport.verify();
      } catch (error) {
        throw describe(error);
      } finally {
        transport.close();
      }
    },
  };
}

function messageOf({ key, to, subject, text, html, at }: Mail, from: string): Parameters<Transport['sendMail']>[0] {
  return {
    from: { name: 'GitLab ChatOps', address: from },
    to: to.map((address) => ({ name: '', address })),
    subject,
    text,
    html,
    date: at,
    messageId: messageId(key, from),
    // Nobody's answering machine shall write back (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** The same for the same key, so that a mail which came twice can be told from two. */
function messageId(key: string, from: string): string {
  const id = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

/** The others have it, and would get it again with each try. */
function refusedRecipients(count: number): OutsideError {
  const hint = 'Check notify_email in chatops.yml.';
  const message = `The mail server refused ${count} of the recipients`;
  return new OutsideError(message, { service: 'the mail server', retryable: false }, { hint });
}

/** What nodemailer tells of a failure; the server's words may quote an address, never a password. */
function describe(error: unknown): OutsideError {
  if (error instanceof OutsideError) return error;
  const { code, responseCode } = Object(error) as { readonly code?: unknown; readonly responseCode?: unknown };
  const status = typeof responseCode === 'number' ? responseCode : undefined;
  const what = status === undefined ? 'gave no answer' : `answered ${status}`;
  const name = typeof code === 'string' ? ` (${code})` : '';
  // 5xx to a mail or its recipients is for good (RFC 5321); a password or a certificate somebody may mend.
  const isFinal = status !== undefined && status >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
  return new OutsideError(
    `The mail server ${what}${name}`,
    { service: 'the mail server', retryable: !isFinal },
    { hint: hintFor(code), cause: error },
  );
}

function hintFor(code: unknown): string {
  switch (code) {
    case 'EAUTH':
      return 'Check user and password in SMTP_URL.';
    case 'ETLS':
      return 'The server does not offer TLS here, or its certificate cannot be trusted: use smtps:// or port 587, or add tls=off to SMTP_URL where the network is your own.';
    case 'EENVELOPE':
      return 'Check notify_email in chatops.yml, and the sender in SMTP_URL.';
    default:
      return 'Check SMTP_URL, and whether the mail server can be reached from here; its certificate must be valid.';
  }
}
