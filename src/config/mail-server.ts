import { z } from 'zod';

/** Through which server mail is sent, and from whom. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly secure: boolean;
  /** TLS before anything else is said. */
  readonly startTls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** The sender's address. */
  readonly from: string;
}

/** The address of a mail server, `smtps://…` or `smtp://…` for STARTTLS; with the sender, if the user is none. */
export const SmtpUrl = z.string().transform((text, context): MailServer => {
  const url = URL.canParse(text) ? new URL(text) : new URL('smtp://unreadable');
  const { protocol, hostname, searchParams } = url;
  const user = decodePart(url.username);
  const from = searchParams.get('from') ?? (user.includes('@') ? user : '');
  const secure = protocol === 'smtps:';
  const tls = searchParams.get('tls') ?? 'on';
  const unknown = [...searchParams.keys()].find((key) => key !== 'from' && key !== 'tls');
  const problem =
    !URL.canParse(text) || (!secure && protocol !== 'smtp:') || hostname === ''
      ? 'is not the address of a mail server'
      : unknown !== undefined || (tls !== 'on' && (tls !== 'off' || secure))
        ? 'says something after ? that is neither from=… nor, with smtp://, tls=off'
        : z.email().safeParse(from).success
          ? undefined
          : 'does not say from whom mail comes';
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    startTls: !secure && tls === 'on',
    user: user === '' ? undefined : user,
    password: user === '' ? undefined : decodePart(url.password),
    from,
  };
});

/** A part of an address as it was meant. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A password with a % in it that nobody encoded.
    return text;
  }
}
