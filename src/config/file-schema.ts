import { z } from 'zod';
import type { Role } from '../domain/actor.ts';
import { didYouMean } from '../domain/nearest.ts';
import { pipelineSources } from '../domain/pipeline.ts';
import { broadcastKinds, defaultNotify, eventSources, isGlob, mentionKinds, notifyKinds } from '../domain/project.ts';
import { checkKeys } from './check-keys.ts';
import { Freeze } from './freeze-schema.ts';
import { Identity } from './identity-schema.ts';
import { Duration, GitLabUser, Text } from './plain-values.ts';
import { toldKeys } from './told-keys.ts';

/** Roles that may stand in `deployers`, beside `@user` and Slack users. */
const deployerRoles = ['guest', 'reporter', 'developer', 'maintainer', 'owner'] as const satisfies readonly Role[];

// Messages complete the sentence "<setting> …"; `mend` says what to write instead.

/** What to do where no channel is named. */
export const channelsMend = 'Write at least one, e.g. channels: [{ id: C0DEPLOYS }]';

const Alias = Text.regex(/^[^\s/:"'-][^\s/:"']*$/, 'is not one plain word').meta({
  mend: 'Write one word without spaces, slashes, colons and quotes, e.g. app',
});

const ChannelId = Text.regex(/^[CG][A-Z0-9]{3,}$/, 'is not a channel id').meta({
  mend: "Open the channel in Slack and click its name: the id is at the end of that window, like C0123456789. A channel's name may change, its id stays",
});

const Exclude = z.strictObject({
  sources: z
    .array(z.enum(pipelineSources))
    .optional()
    .meta({ mend: 'Write a list like [schedule]', description: 'What made the pipeline: its source in GitLab.' }),
  actors: z
    .array(GitLabUser)
    .optional()
    .meta({ mend: 'Write a list of GitLab user names like [renovate-bot]', description: 'Who started the pipeline.' }),
});

/** How one channel follows a project. */
const Channel = z.strictObject({
  id: ChannelId,
  notify: z
    .array(z.enum(notifyKinds))
    .optional()
    .meta({ mend: `Write a list like [${defaultNotify.join(', ')}]`, description: 'What the channel is told of.' }),
  refs: z
    .array(Text)
    .optional()
    .meta({ mend: 'Write a list of branches, tags or patterns like [main, "v*"], or leave it out' }),
  environments: z.array(Text).min(1, 'names no environment').optional().meta({
    mend: 'Write a list of environments or patterns like ["production*"], or leave it out for all',
    description: 'The environments whose deployments and gates are told.',
  }),
  exclude: Exclude.optional().meta({
    mend: 'Write it like { sources: [schedule], actors: [renovate-bot] }',
    description: 'Pipelines that open no thread here.',
  }),
  broadcast: z
    .enum(broadcastKinds)
    .optional()
    .meta({
      mend: `Write one of ${broadcastKinds.join(', ')}`,
      description: 'Replies that also show in the channel.',
    }),
  mention: z
    .enum(mentionKinds)
    .optional()
    .meta({ mend: `Write one of ${mentionKinds.join(', ')}`, description: 'Who is mentioned when something failed.' }),
  default: z.boolean().optional().meta({ mend: 'Write true or leave it out' }),
  default_environment: Text.optional().meta({ mend: 'Write the name of one environment, e.g. production' }),
});

const Deployer = Text.superRefine((text, context) => {
  if (!/^@[\w.-]+$|^[UWS][A-Z0-9]{3,}$/.test(text) && !deployerRoles.some((role) => role === text)) {
    const role = didYouMean(text, deployerRoles);
    const guess = role ? `, did you mean \`${role}\`?` : '';
    context.addIssue({ code: 'custom', message: `is neither a GitLab role nor a user${guess}` });
  }
}).meta({
  mend: `Write a role (${deployerRoles.join(', ')}), a GitLab user like "@ann", a Slack user id like U0123456789 or a user group's like S0123456789`,
});

const Admin = Text.regex(/^[UWS][A-Z0-9]{2,}$/, 'is neither a Slack user id nor that of a user group').meta({
  mend: "Write a Slack user id like U0123456789 (profile, ⋮, Copy member ID) or a user group's like S0123456789",
});

const Count = (what: string) => z.int('is not a number').min(0, 'is less than none').meta({ mend: what });

const Approvals = z.strictObject({
  required: Count('Write how many people have to approve, e.g. 1').meta({
    description: 'How many people have to approve a deploy; each counts once, by their GitLab user.',
  }),
  approvers: z
    .array(Deployer)
    .min(1, 'names nobody')
    .optional()
    .meta({ mend: 'Write a list like [maintainer, "@raj"]', description: 'Who may approve and reject.' }),
  ask: z
    .array(ChannelId)
    .min(1, 'names no channel')
    .optional()
    .meta({ mend: 'Write a list of channel ids like [C0RELEASE]', description: 'Where requests go.' }),
  self: z
    .boolean()
    .optional()
    .meta({ mend: 'Write true or false', description: 'Whoever asks for a deploy may approve it.' }),
  authors: z
    .boolean()
    .optional()
    .meta({ mend: 'Write true or false', description: 'Authors of commits that ship may approve them.' }),
  expires: Duration.refine((ms) => ms > 0, 'is no time')
    .optional()
    .meta({ mend: 'Write it like 4h', description: 'A request ends by then, and its deploy with it.' }),
});

const Admins = z.array(Admin).default([]).meta({
  mend: 'Write a list of Slack users and user groups like [U0123456789, S0123456789]',
});

const Rollback = z.strictObject({
  by: z.enum(['redeploy', 'job']).optional().meta({
    mend: 'Write redeploy (the target version deploys again) or job (the pipeline has a rollback job)',
  }),
  who: z
    .array(Deployer)
    .min(1, 'names nobody')
    .optional()
    .meta({ mend: 'Write a list like [developer, "@mia"]', description: 'Who may roll back.' }),
  lock: z.boolean().optional().meta({ mend: 'Write true or false', description: 'Lock the environment afterwards.' }),
  auto: z.boolean().optional().meta({
    mend: 'Write true or false',
    description:
      'true: a version that is not verified is rolled back by the bot itself, once. After that, or a bad canary, it locks.',
  }),
  jobs: z.array(Text).min(1, 'names no job').optional().meta({
    mend: 'Write a list like [rollback-prod]',
    description: "The pipeline's own rollback jobs; by: job plays the first that can be.",
  }),
  approvals: Count('Write how many people have to approve a rollback, e.g. 0')
    .optional()
    .meta({ description: 'How many people have to approve a rollback; by whom, `approvals` says.' }),
});

const Pattern = Text.refine(isRegExp, 'is not a regular expression').meta({
  mend: "Write a regular expression like '^v\\d+\\.\\d+\\.\\d+$', in single quotes",
});

function isRegExp(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    // The constructor throws for what it cannot read, and only then.
    return false;
  }
}

const EnvironmentEntry = z
  .strictObject({
    aliases: z.array(Alias).optional().meta({ mend: 'Write a list like [prod]' }),
    job: z
      .union([Text.transform((job) => [job]), z.array(Text).min(1)])
      .optional()
      .meta({ mend: 'Write the name of the deploy job, or a list of names, e.g. deploy-prod' }),
    rollback: Rollback.optional().meta({
      mend: 'Write it like { by: redeploy, who: [developer], lock: true }',
      description: 'How the environment is taken back to an earlier version.',
    }),
    approvals: Approvals.optional().meta({
      mend: 'Write it like { required: 1, approvers: [maintainer], expires: 4h }',
      description: 'Who has to agree before a deploy.',
    }),
    deployers: z
      .array(Deployer)
      .min(1, 'names nobody')
      .optional()
      .meta({ mend: 'Write a list like [maintainer, "@ann"]' }),
    variables: z
      .array(Text.regex(/^[A-Za-z_*?][\w*?]*$/, 'is not the name of a variable'))
      .optional()
      .meta({
        mend: 'Write a list like [LOG_LEVEL, "FEATURE_*"]',
        description: 'Names of variables that KEY=value may set; CI_*, GITLAB_* and CHATOPS_* never.',
      }),
    versions: Pattern.optional().meta({
      mend: "Write a regular expression like '^v\\d+\\.\\d+\\.\\d+$', in single quotes",
      description: 'Tags and branches that may go there.',
    }),
    after: z.array(Text).min(1, 'names no environment').optional().meta({
      mend: 'Write a list like [staging]',
      description: 'Environments in which the commit has to have succeeded before.',
    }),
    requires: z.array(Text).min(1, 'names no job').optional().meta({
      mend: 'Write a list like [unit-tests]',
      description: 'Jobs of the pipeline that must have passed.',
    }),
    migrations: z.array(Text).min(1, 'names no file').optional().meta({
      mend: "Write a list of patterns like ['**/migrations/**']",
      description: 'Files that a rollback across them warns of.',
    }),
    freeze: z.array(Freeze).optional().meta({
      mend: "Write a list like [{ from: '0 16 * * 5', to: '0 8 * * 1', timezone: Europe/Paris }]",
      description: 'Times without deployments; going back is free at all times.',
    }),
    ...toldKeys,
    link: z.enum(['required', 'optional']).optional().meta({
      mend: 'Write required or optional',
      description: "required: every write there with the person's own, linked GitLab account.",
    }),
    ...checkKeys,
    confirm: z.boolean().optional().meta({
      mend: 'Write true or false',
      description: 'false: a deploy starts without a plan to press. Not on tier production.',
    }),
  })
  .meta({ mend: 'Write the keys of the environment below its name, or remove it' });

/** One entry of `environments`, as read. */
export type EnvironmentEntry = z.output<typeof EnvironmentEntry>;

// Without defaults of their own: what an entry leaves out, a wider one or `defaults` may say.
const projectKeys = {
  aliases: z.array(Alias).optional().meta({ mend: 'Write a list like [app]' }),
  events: z
    .enum(eventSources)
    .optional()
    .meta({ mend: `Write one of ${eventSources.join(', ')}`, description: 'Where news comes from.' }),
  channels: z.array(Channel).min(1, 'names no channel').optional().meta({ mend: channelsMend }),
  environments: z
    .record(Text, EnvironmentEntry)
    .optional()
    .meta({ mend: 'Write the environments by name, e.g. production: { aliases: [prod] }' }),
};

/** What may be said of a project, in its own entry and in `defaults`. */
export const ProjectKeys = z
  .strictObject(projectKeys)
  .meta({ mend: 'Write keys of projects, e.g. defaults: { channels: [{ id: C0DEPLOYS }] }' });
export type ProjectKeys = z.output<typeof ProjectKeys>;

/** One entry of `projects`. */
export const ProjectEntry = z
  .strictObject({
    project: Text.superRefine((text, context) => {
      const named = text.replaceAll(/[*?]/g, 'x');
      if (!/^[\w.-]+(\/[\w.-]+)*$/.test(named) || (!isGlob(text) && !text.includes('/'))) {
        context.addIssue({ code: 'custom', message: 'is not the full path of a project' });
      }
    }).meta({
      mend: 'Write the path of a project with its groups, as in its address, e.g. acme/production-app, or a pattern like acme/payments/* (* within one group, ** for groups below too)',
    }),
    ...projectKeys,
  })
  .meta({ mend: 'Write it as `- project: acme/production-app` with its channels below' });

/** One entry of `projects`, as read. */
export type ProjectEntry = z.output<typeof ProjectEntry>;

/** What nobody has to look at all day: `off` ends each. */
const Watchdog = z
  .strictObject({
    job_start: z
      .union([z.literal('off'), Duration])
      .prefault('30s')
      .meta({ mend: 'Write it like 30s, or off', description: 'A played job that has not started by then is told.' }),
    no_deploy: z
      .union([z.literal('off'), Duration])
      .prefault('off')
      .meta({ mend: 'Write it like 7d, or off', description: 'No successful deployment for so long is told.' }),
    failures: z
      .union([z.literal('off'), z.int().min(1, 'is less than one')])
      .prefault(3)
      .meta({ mend: 'Write a number like 3, or off', description: 'So many failed deployments in a row are told.' }),
    lock_nag: z
      .union([z.literal('off'), Duration])
      .prefault('8h')
      .meta({
        mend: 'Write it like 8h, or off',
        description: 'The holder of a lock without end is reminded so often.',
      }),
  })
  .meta({ mend: 'Write it like { job_start: 30s, no_deploy: 7d, failures: 3, lock_nag: 8h }' });

/** The whole of `chatops.yml`. */
export const ConfigFile = z
  .strictObject({
    defaults: ProjectKeys.optional(),
    projects: z
      .array(ProjectEntry)
      .min(1, 'names no project')
      .meta({ mend: 'Write a list of projects, each with its path and channels' }),
    identity: Identity.prefault({}),
    operations: z
      .strictObject({
        channel: ChannelId.optional(),
        admins: Admins.meta({
          description: 'May do in every project what maintainers may: reload, unlock for others.',
        }),
        emergency: Admins.meta({ description: 'May deploy with --override: past our approvals, freezes and order.' }),
      })
      .prefault({}),
    retention: z
      .strictObject({
        events: Duration.prefault('7d'),
        threads: Duration.prefault('180d'),
        operations: Duration.prefault('730d'),
      })
      .prefault({}),
    watchdog: Watchdog.prefault({}),
    plan_expires: Duration.prefault('15m'),
    poll_every: Duration.prefault('60s'),
  })
  .meta({ mend: 'Write `projects:` at the beginning of a line, with the list below it' });

/** `chatops.yml`, as read. */
export type ConfigFile = z.output<typeof ConfigFile>;
