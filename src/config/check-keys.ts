import { z } from 'zod';
import type { CanaryRule, VerifyRule } from '../domain/check-rules.ts';
import { Duration, Text } from './plain-values.ts';

/** Readings of one watch: each is kept, and shown, until its operation is pruned. */
const maxReadings = 1000;

const PromQl = Text.max(4000, 'is longer than 4000 characters');

const Watch = z
  .strictObject({
    query: PromQl.meta({ description: 'PromQL that gives one number, e.g. the share of failed requests.' }),
    above: z.number().optional().meta({ mend: 'Write a number like 0.01', description: 'Bad is what is above it.' }),
    below: z.number().optional().meta({ mend: 'Write a number like 0.99', description: 'Bad is what is below it.' }),
    for: Duration.meta({ description: 'Good readings are needed for so long; one bad reading ends it.' }),
    every: Duration.meta({ description: 'A reading is taken so often.' }),
    requests: PromQl.optional().meta({
      mend: 'Write PromQL like \'sum(increase(http_requests_total{track="canary"}[1m]))\', or leave it out',
      description: 'PromQL for the number of requests that a reading is made of.',
    }),
    min_requests: z.number().min(0, 'is less than none').optional().meta({
      mend: 'Write a number like 20',
      description: 'A reading made of fewer requests says nothing. More than 1 needs `requests`. Default: 1.',
    }),
  })
  .superRefine((watch, context) => {
    const problem = watchProblem(watch);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  })
  .meta({ mend: "Write it like { query: '…', above: 0.01, for: 5m, every: 15s }" });

function watchProblem(watch: {
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly for: number;
  readonly every: number;
  readonly requests?: string | undefined;
  readonly min_requests?: number | undefined;
}): { readonly message: string; readonly path?: string[] } | undefined {
  if (watch.above === undefined && watch.below === undefined) return { message: 'names no limit: above or below' };
  if (watch.every > watch.for) return { message: 'is longer than the whole watch', path: ['every'] };
  if (watch.for / watch.every > maxReadings)
    return { message: `is so short that it makes more than ${maxReadings} readings`, path: ['every'] };
  // A share of no requests is NaN, so that there was one request is known without counting.
  if ((watch.min_requests ?? 0) > 1 && watch.requests === undefined)
    return { message: 'needs `requests`, PromQL that counts them', path: ['min_requests'] };
  return undefined;
}

/** `canary` of an environment. */
const Canary = z.strictObject({
  watch: Watch.optional(),
  on_failure: z.enum(['abort']).optional().meta({
    mend: 'Write abort or leave it out',
    description: "abort: GitLab is asked to stop the canary's environment.",
  }),
  // oxlint-disable-next-line unicorn/no-thenable -- the key is a word of the file, and nobody awaits it
  then: z.enum(['ask', 'promote']).optional().meta({
    mend: 'Write ask (a person promotes) or promote (it goes on by itself)',
    description: 'What comes after a good watch.',
  }),
});

/** The rule of `canary` as written. */
export function canaryRule({ watch, then: next }: z.output<typeof Canary>): CanaryRule {
  const asks = next !== 'promote';
  if (!watch) return { asks };
  const { query, requests, above, below, for: forMs, every: everyMs, min_requests: minRequests = 1 } = watch;
  return { asks, watch: { query, requests, above, below, forMs, everyMs, minRequests } };
}

const Address = Text.superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const problem =
    url?.protocol !== 'https:' && url?.protocol !== 'http:'
      ? 'is not a web address'
      : url.username || url.password
        ? 'contains a user name or password, which everybody in the channel would read'
        : undefined;
  if (problem) context.addIssue({ code: 'custom', message: problem });
});

/** `verify` of an environment. */
const Verify = z
  .strictObject({
    job: z
      .union([Text.transform((job) => [job]), z.array(Text).min(1)])
      .optional()
      .meta({ mend: 'Write the name of a job, or a list of names, e.g. verify-deployment' }),
    url: Address.optional().meta({
      mend: 'Write an address like https://example.com/api/version',
      description: 'Answers with JSON that says which version runs.',
    }),
    json: Text.optional().meta({
      mend: 'Write the name of the field, e.g. version, or build.version for one inside of another',
      description: 'The field with the version. Default: version.',
    }),
    within: Duration.optional().meta({ description: 'The version has to be right by then. Default: 5m.' }),
    every: Duration.optional().meta({ description: 'It is asked so often. Default: 10s.' }),
  })
  .superRefine(({ job, url, json, within, every }, context) => {
    const isBoth = job !== undefined && url !== undefined;
    if (isBoth || (job === undefined && url === undefined))
      context.addIssue({
        code: 'custom',
        message: isBoth ? 'names a job and an address' : 'names neither job nor url',
      });
    if (url === undefined && (json ?? within ?? every) !== undefined)
      context.addIssue({ code: 'custom', message: 'says json, within or every without url' });
  });

/** The rule of `verify` as written. */
export function verifyRule({ job, url, json, within, every }: z.output<typeof Verify>): VerifyRule {
  if (url === undefined) return { jobs: job };
  return { probe: { url, field: json ?? 'version', withinMs: within ?? 300_000, everyMs: every ?? 10_000 } };
}

/** `oncall` of an environment. */
const OnCall = Text.regex(/^[SUW][A-Z0-9]{2,}$/, 'is neither a Slack user nor a user group').meta({
  mend: 'Write the id of a Slack user group like S0123456789 or of a user like U0123456789 (⋮, Copy ID)',
  description: 'Who is called when the bot had to act by itself.',
});

/** The keys of an environment that say how a canary and a deployment are found to be good, and who is called. */
export const checkKeys = {
  verify: Verify.optional().meta({
    mend: 'Write it like { url: https://example.com/api/version, json: version, within: 5m, every: 10s } or { job: verify-deployment }',
    description: 'How it is found out whether a deployment is good.',
  }),
  canary: Canary.optional().meta({
    mend: "Write it like { watch: { query: '…', above: 0.01, for: 5m, every: 15s }, then: ask }",
    description: 'What happens between its canary and the environment itself.',
  }),
  oncall: OnCall.optional(),
};
