import type { Document } from 'yaml';
import { z } from 'zod';
import { accessLevels } from '../../domain/actor.ts';
import type { GitLabServer } from '../../sandbox/gitlab-server/server.ts';
import type { ServiceSide } from '../../sandbox/page/service-side.ts';

type Switch = ServiceSide['switches'][number];

/** The time of the demo, and what moves it on: bot, GitLab, Slack and page go by it alike. */
export interface DemoTime {
  readonly now: () => Date;
  readonly control: Switch;
}

const hourMs = 3_600_000;
const aheadMs = { now: 0, '2 h on': 2 * hourMs, '1 day on': 24 * hourMs, '3 weeks on': 21 * 24 * hourMs } as const;
const times = ['now', '2 h on', '1 day on', '3 weeks on'] as const satisfies readonly (keyof typeof aheadMs)[];

/**
 * Makes time that only goes on: what lapses, becomes late or is old can be seen without waiting for it. It does not while
 * jobs run, which would take those hours.
 */
export function createDemoTime(areJobsRunning: () => boolean): DemoTime {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    control: {
      name: 'time',
      label: 'time',
      modes: times,
      set(mode) {
        const wanted = aheadMs[z.enum(times).parse(mode)];
        if (wanted < ahead) throw new Error('Time does not go back. Start the demo again.');
        if (areJobsRunning()) throw new Error('Jobs are running on the GitLab side. Let them end first.');
        ahead = wanted;
      },
    },
  };
}

/** Whether a runner is at a job, or about to take one. */
export function areJobsRunning({ state, settings }: Pick<GitLabServer, 'state' | 'settings'>): boolean {
  const active = settings.hasRunners ? ['pending', 'running'] : ['running'];
  const pipelines = state().projects.flatMap((project) => project.pipelines);
  return pipelines.some(({ jobs }) => jobs.some(({ status }) => active.includes(status)));
}

/** Whether there are runners: without one a job waits, as it does where its tags fit none. */
export function runnersSwitch(gitlab: Pick<GitLabServer, 'settings'>): Switch {
  return {
    name: 'runners',
    label: 'runners',
    modes: ['ok', 'none'],
    set: (mode) => {
      gitlab.settings.hasRunners = mode === 'ok';
    },
  };
}

/** Whether Mia is a member of the projects: without it GitLab lets her do nothing there. */
export function miaSwitch(gitlab: Pick<GitLabServer, 'setMember'>): Switch {
  return {
    name: 'mia',
    label: 'Mia',
    modes: ['developer', 'no member'],
    set: (mode) => gitlab.setMember('mia', mode === 'developer' ? accessLevels.developer : undefined),
  };
}

/** What is asked of a deploy to production, and what changes it. */
export interface DemoRules {
  /** Writes the rules that hold now into the settings file. */
  readonly writeTo: (file: Document) => void;
  readonly control: Switch;
}

const ruleModes = ['open', 'frozen', 'needs approval', 'after development', 'needs unit-tests'] as const;

/** Keys of the environment in `chatops.yml`. */
function rulesOf(mode: (typeof ruleModes)[number], now: Date): object {
  const atHour = (hours: number): string => new Date(now.getTime() + hours * hourMs).toISOString().slice(0, 16);
  switch (mode) {
    case 'open':
      return {};
    case 'frozen':
      return { freeze: [{ from: atHour(-1), to: atHour(23) }] };
    case 'needs approval':
      return { approvals: { required: 1, approvers: ['maintainer'] } };
    case 'after development':
      return { after: ['development'] };
    case 'needs unit-tests':
      return { requires: ['unit-tests'] };
  }
}

/** Makes rules that can be switched: the bot reads its settings again as it does when somebody edits `chatops.yml`. */
export function createDemoRules(now: () => Date): DemoRules {
  let rules: object = {};
  return {
    writeTo(file) {
      for (const [key, value] of Object.entries(rules))
        file.setIn(['projects', 0, 'environments', 'production', key], value);
    },
    control: {
      name: 'rules',
      label: 'production',
      modes: ruleModes,
      set: (wanted) => {
        rules = rulesOf(z.enum(ruleModes).parse(wanted), now());
      },
    },
  };
}
