import { z } from 'zod';
import type { GitLabServer, GitLabServerOptions } from '../gitlab-server/server.ts';
import type { ServiceSide } from '../page/service-side.ts';
import { canaryModes } from './prometheus-answers.ts';
import { type ServiceServer, versionModes } from './server.ts';

/** Who watches the canary and takes back a bad version: the CI variables of the sample project that say it. */
const guards = {
  bot: { CANARY_WATCH: 'bot', AUTO_ROLLBACK: 'false' },
  pipeline: { CANARY_WATCH: 'job', AUTO_ROLLBACK: 'true' },
} as const;

/** The variables of a project whose canary the bot watches. */
export const watchedByBot: Readonly<Record<string, string>> = guards.bot;

/** Which of the sample's jobs fail by what they find: they ask what the bot asks. */
export function failingBy(service: () => ServiceServer | undefined): NonNullable<GitLabServerOptions['failing']> {
  return (jobName) => {
    const found = service();
    if (jobName === 'monitor-canary' && found && found.canary !== 'ok')
      return { log: 'requests/1m=184.6 error_rate=0.0833\nError rate 0.0833 is above 0.01' };
    if (jobName === 'verify-deployment' && found && !found.isRight)
      return { log: 'Expected another version at https://example.com/api/version' };
    return undefined;
  };
}

/** The switches of the demo's page for the deployed service. */
export function serviceSwitches(service: ServiceServer, gitlab: Pick<GitLabServer, 'setVariable'>): ServiceSide {
  return {
    switches: [
      {
        name: 'canary',
        label: 'canary',
        modes: canaryModes,
        set: (mode) => service.setCanary(z.enum(canaryModes).parse(mode)),
      },
      {
        name: 'version',
        label: 'version',
        modes: versionModes,
        set: (mode) => service.setVersion(z.enum(versionModes).parse(mode)),
      },
      {
        name: 'guards',
        label: 'watched by',
        modes: Object.keys(guards),
        set(mode) {
          const chosen = guards[z.enum(['bot', 'pipeline']).parse(mode)];
          for (const [name, value] of Object.entries(chosen)) gitlab.setVariable(name, value);
        },
      },
    ],
  };
}
