import type { Person } from '../domain/actor.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Job } from '../domain/job.ts';
import type { Mention } from '../domain/mention.ts';
import { bold, code, join, link, type Phrase, type Segment, say } from '../domain/phrase.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { EnvironmentRule } from '../domain/project.ts';
import type { DeploymentOutcome } from '../domain/thread.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { checksLine } from './checks-line.ts';
import { dashboardLine } from './dashboard-line.ts';
import { durationBetween, durationWords } from './duration.ts';
import { failureReason } from './failure-reason.ts';
import { retryButton, showLogButton } from './job-buttons.ts';
import { literal } from './literal.ts';
import { mentionLine, spokenMention } from './mention.ts';
import { joinLines, type Line, shaped } from './phrase-blocks.ts';
import { commitLine, jobLink, versionOf, versionWithSha } from './pipeline-words.ts';
import { rollbackButton } from './rollback-button.ts';
import { type Status, statuses } from './status.ts';

/** What a deployment card is made of. `job` is the one that made it, `excerpt` the end of its log when it failed. */
export interface DeploymentNews {
  readonly pipeline: Pipeline;
  readonly deployment: Deployment;
  readonly outcome: DeploymentOutcome;
  readonly job: Job | undefined;
  readonly excerpt: readonly string[] | undefined;
  /** Who asked for it in Slack, where the job was played with the bot's own token. */
  readonly askedBy?: Person | undefined;
  /** Whom its failure calls. */
  readonly mention?: Mention | undefined;
  /** What is configured for its environment. */
  readonly rule?: Pick<EnvironmentRule, 'requires' | 'dashboard'> | undefined;
}

/** A deployment started, succeeded, failed or was canceled. */
export function renderDeployment(news: DeploymentNews): Card {
  const status = statusOf(news.outcome);
  const { outcome } = news;
  return buildCard({
    spoken: [...headline(news), ...(outcome === 'failed' ? spokenFailure(news) : [])],
    lines: [shaped(status.shape, headline(news)), ...details(news)],
    excerpt: outcome === 'failed' ? news.excerpt : undefined,
    buttons: outcome === 'failed' ? buttonsOf(news) : [],
  });
}

/** Where somebody asked for it in Slack, the end of their deploy has the way back. */
function buttonsOf({ pipeline, deployment, job, askedBy }: DeploymentNews): readonly CardButton[] {
  const { project, sha } = pipeline;
  const { environment } = deployment;
  const failed = { projectPath: project.path, environment, version: versionOf(pipeline), sha };
  return [
    ...(job ? [showLogButton(project.id, job), retryButton(project.id, job)] : []),
    ...(askedBy ? [] : [rollbackButton(failed)]),
  ];
}

function statusOf(outcome: DeploymentOutcome): Status {
  switch (outcome) {
    case 'started':
      return statuses.running;
    case 'succeeded':
      return statuses.passed;
    case 'failed':
      return statuses.failed;
    case 'canceled':
      return statuses.canceled;
  }
}

function spokenFailure({ job, mention }: DeploymentNews): Phrase {
  return say` ${failureReason(job?.failureReason)}${spokenMention(mention)}`;
}

function headline({ pipeline, deployment, outcome }: DeploymentNews): Phrase {
  const version = bold(versionOf(pipeline));
  const environment = bold(deployment.environment);
  switch (outcome) {
    case 'started':
      return deployment.user
        ? say`${literal(deployment.user.name, 60)} is deploying ${version} to ${environment}.`
        : say`${version} is being deployed to ${environment}.`;
    case 'succeeded':
      return say`${version} is deployed to ${environment}.`;
    case 'failed':
      return say`The deployment of ${version} to ${environment} failed.`;
    case 'canceled':
      return say`The deployment of ${version} to ${environment} was canceled.`;
  }
}

function details(news: DeploymentNews): readonly Line[] {
  const { pipeline, outcome, job } = news;
  const open = jobLink(job, pipeline);
  switch (outcome) {
    case 'started':
      return [say`${open}`, commitLine(pipeline)];
    case 'succeeded':
      return [
        addressLine(news.deployment),
        factsLine(news),
        checksLine(news.rule?.requires ?? [], pipeline.jobs),
        joinLines([say`${open}`, dashboard(news)], ' · '),
      ];
    case 'failed':
      return [
        say`${failureReason(job?.failureReason)} ${open}`,
        where(job),
        commitLine(pipeline),
        mentionLine(news.mention),
      ];
    case 'canceled':
      return [say`It may have begun its work, so look at the environment before you go on. ${open}`, where(job)];
  }
}

function dashboard({ rule, deployment, job }: DeploymentNews): Phrase {
  const { createdAt, changedAt } = deployment;
  return dashboardLine(rule?.dashboard, { from: job?.startedAt ?? createdAt, to: changedAt ?? job?.finishedAt });
}

function addressLine({ externalUrl }: Deployment): Phrase {
  return externalUrl === undefined ? [] : say`URL: ${link(externalUrl, externalUrl)}`;
}

function factsLine({ pipeline, deployment, job, askedBy }: DeploymentNews): Phrase {
  const facts: (Phrase | Segment)[] = [
    say`Version: ${versionWithSha(versionOf(pipeline), pipeline.sha)}`,
    say`Environment: ${literal(deployment.environment, 60)}`,
  ];
  const by = askedBy ?? deployment.user;
  if (by) facts.push(say`Deployed by: ${literal(by.name, 60)}`);
  const took =
    job?.durationSeconds === undefined
      ? durationBetween(deployment.createdAt, deployment.changedAt)
      : durationWords(job.durationSeconds);
  if (took !== undefined) facts.push(`Took: ${took}`);
  return join(facts, ' · ');
}

function where(job: Job | undefined): Phrase {
  return job ? say`Stage: ${code(job.stage)} · Job: ${code(job.name)}` : [];
}
