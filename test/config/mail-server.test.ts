import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';

const read = (env: Readonly<Record<string, string>>) => {
  const { values, problems, secrets } = readEnvironment(env);
  return { values, secrets, problems: problems.filter(({ setting }) => setting in env || setting === 'GRAFANA_TOKEN') };
};

describe('SMTP_URL', () => {
  it.each([
    ['smtps://bot:p%40ss@mail.example.com?from=chatops@example.com', { port: 465, secure: true, startTls: false }],
    ['smtp://bot:p%40ss@mail.example.com?from=chatops@example.com', { port: 587, secure: false, startTls: true }],
    ['smtp://bot:p%40ss@mail.example.com:25?from=chatops@example.com&tls=off', { port: 25, startTls: false }],
  ])('%s says how to get there', (url, expected) => {
    const { values, problems, secrets } = read({ SMTP_URL: url });

    expect(problems).toEqual([]);
    expect(secrets).toEqual([url, 'p%40ss', 'p@ss']);
    const rest = { host: 'mail.example.com', user: 'bot', password: 'p@ss', from: 'chatops@example.com' };
    expect(values.mailServer).toMatchObject({ ...rest, ...expected });
  });

  it('takes the user for the sender where that is an address, and a relay without a user', () => {
    expect(read({ SMTP_URL: 'smtps://bot%40example.com:x@mail.example.com' }).values.mailServer?.from).toBe(
      'bot@example.com',
    );
    expect(read({ SMTP_URL: 'smtp://[::1]:25?from=a@b.example&tls=off' }).values.mailServer).toMatchObject({
      host: '::1',
      user: undefined,
      password: undefined,
    });
  });

  it.each([
    ['https://mail.example.com', 'is not the address of a mail server'],
    ['mail.example.com', 'is not the address of a mail server'],
    ['smtps://bot:secret@mail.example.com', 'does not say from whom mail comes'],
    ['smtps://mail.example.com?from=chatops', 'does not say from whom mail comes'],
    ['smtps://mail.example.com?from=a@b.example&tls=off', 'neither from=… nor'],
    ['smtps://mail.example.com?from=a@b.example&pool=true', 'neither from=… nor'],
  ])('%s is refused, and not repeated', (url, problem) => {
    const { problems } = read({ SMTP_URL: url });

    expect(problems).toMatchObject([{ setting: 'SMTP_URL', problem: expect.stringContaining(problem) }]);
    expect(JSON.stringify(problems)).not.toContain('secret');
  });
});

describe('GRAFANA_TOKEN', () => {
  it('is needed where GRAFANA_URL is set, and nowhere else', () => {
    expect(read({ GRAFANA_URL: 'https://grafana.example.com' }).problems).toMatchObject([
      { setting: 'GRAFANA_TOKEN', problem: 'is not set, and GRAFANA_URL needs it' },
    ]);
    expect(read({}).problems).toEqual([]);
  });
});
