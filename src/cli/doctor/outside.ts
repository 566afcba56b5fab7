import { createGrafana } from '../../monitoring/grafana.ts';
import { createMailSender } from '../../monitoring/smtp.ts';
import type { Readable } from './configuration.ts';
import { type Checkup, type Finding, failed, ok } from './finding.ts';

/** Asks Grafana and the mail server, where they are set up, whether they take what the bot would tell them. */
export async function* checkOutside({ progress }: Checkup, { settings, file }: Readable): AsyncGenerator<Finding> {
  const { grafanaUrl: url, grafanaToken: token, mailServer } = settings;
  if (url === undefined || token === undefined) {
    yield ok('grafana', 'Grafana is not set up: deployments are not annotated.');
  } else {
    progress(url);
    yield await find('grafana', `Grafana at ${url} cannot be used`, async () => {
      const version = await createGrafana({ url, token }).check();
      return `Grafana ${version} at ${url} takes the token. Whether it may add annotations shows with the first deployment.`;
    });
  }
  if (mailServer === undefined) {
    yield ok('mail', 'Mail is not set up.');
    return;
  }
  const { host, port, from } = mailServer;
  progress(host);
  yield await find('mail', `Mail cannot be sent through ${host}`, async () => {
    await createMailSender(mailServer).check();
    const whom = file?.needsMail === undefined ? ' No environment has notify_email, so that none is sent.' : '';
    return `The mail server ${host}:${port} lets the bot in; mail comes from ${from}.${whom}`;
  });
}

async function find(code: string, trouble: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return ok(code, await look());
  } catch (error) {
    return failed(code, trouble, error);
  }
}
