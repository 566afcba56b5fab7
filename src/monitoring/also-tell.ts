import type { AlsoTell } from '../app/outside/outside-ports.ts';
import type { ProcessSettings } from '../config/schema.ts';
import { createGrafana } from './grafana.ts';
import { createMailSender } from './smtp.ts';

/** The places beside Slack that the settings name. */
export function createAlsoTell({ grafanaUrl: url, grafanaToken: token, mailServer }: ProcessSettings): AlsoTell {
  return {
    annotate: url === undefined || token === undefined ? undefined : createGrafana({ url, token }).annotate,
    mail: mailServer && createMailSender(mailServer).mail,
  };
}
