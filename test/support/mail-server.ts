import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as it came in. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

/** What a mail program shows of it. */
export function readMail({ raw }: Pick<ReceivedMail, 'raw'>): Promise<ParsedMail> {
  return simpleParser(raw);
}

/** A real SMTP server on loopback that keeps what it is sent. */
export interface MailServerStandIn {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** From now on each mail is refused with this code; undefined: taken. */
  refuseWith(code: number | undefined): void;
  stop(): Promise<void>;
}

/** Starts one; without options it takes every mail, without TLS and password. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServerStandIn> {
  const received: ReceivedMail[] = [];
  let refusal: number | undefined;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    ...options,
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        if (refusal !== undefined) return done(Object.assign(new Error('not now'), { responseCode: refusal }));
        const from = mailFrom === false ? '' : mailFrom.address;
        received.push({ from, to: rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  const { server: listening } = server;
  server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return {
    port: (listening.address() as AddressInfo).port,
    mails: received,
    refuseWith(code) {
      refusal = code;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
