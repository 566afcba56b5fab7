import type { DeploymentRow } from '../../cards/deployments.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { Environment } from '../../domain/environment.ts';
import { takenBackSince } from '../../domain/environment-record.ts';
import { NotFoundError } from '../../domain/errors.ts';
import { hasStarted, wentBack } from '../../domain/rollback.ts';
import type { CommandContext, HeardEnvironment, ProjectContext } from '../command.ts';
import { whoAsked } from '../input/who-asked.ts';

/** How far back is looked to tell that a version came back. */
const successesRead = 20;
const historyRead = 30;

/** What environments run, for the card, and the same as it is remembered. */
export interface ReadEnvironments {
  readonly rows: readonly DeploymentRow[];
  readonly heard: readonly HeardEnvironment[];
}

/** Reads what the environments run and how far each is behind the default branch, side by side. */
export async function readEnvironments(
  environments: readonly Environment[],
  project: ProjectContext,
  context: CommandContext,
): Promise<ReadEnvironments> {
  const head = readHead(project, context);
  const [read] = await Promise.all([
    Promise.all(environments.map((environment) => readOne(environment, { project, head }, context))),
    head,
  ]);
  return { rows: read.map(({ row }) => row), heard: read.map(({ heard }) => heard) };
}

async function readOne(
  environment: Environment,
  { project, head }: { readonly project: ProjectContext; readonly head: Promise<string | undefined> },
  context: CommandContext,
): Promise<{ readonly row: DeploymentRow; readonly heard: HeardEnvironment }> {
  const { gitlab, tables } = context;
  const projectId = project.ref.id;
  const { name, tier, url } = environment;
  const [successes, running, record] = await Promise.all([
    gitlab.successfulDeployments(projectId, name, successesRead),
    gitlab.runningDeployments(projectId, name),
    tables.environments.find(projectId, name),
  ]);
  const [live, ...older] = successes;
  const [by, behind] = await Promise.all([
    live && whoAsked(tables, { projectId, pipelineId: live.pipelineId, jobId: live.jobId }),
    live?.sha === undefined ? undefined : behindBy(projectId, live.sha, { head, gitlab }),
  ]);
  return {
    row: {
      environment: name,
      tier,
      version: live?.ref,
      sha: live?.sha,
      since: live?.changedAt ?? live?.createdAt,
      by: by ?? live?.user,
      url,
      running: running.find((deployment) => deployment.status === 'running')?.ref,
      rolledBack: live !== undefined && wentBack(live, older),
      takenBack: takenBackSince(record, live),
      behind,
    },
    heard: { projectId, environment: name, tier, url, successes },
  };
}

/** The newest commit of the default branch. */
async function readHead({ ref }: ProjectContext, { gitlab }: CommandContext): Promise<string | undefined> {
  if (ref.defaultBranch === undefined) return undefined;
  return (await gitlab.branch(ref.id, ref.defaultBranch))?.sha;
}

async function behindBy(
  projectId: number,
  sha: string,
  { head, gitlab }: { readonly head: Promise<string | undefined>; readonly gitlab: CommandContext['gitlab'] },
): Promise<number | undefined> {
  const newest = await head;
  if (newest === undefined) return undefined;
  if (newest === sha) return 0;
  try {
    return (await gitlab.compare(projectId, sha, newest)).total;
  } catch (error) {
    // The commit is no longer in the repository.
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** What was deployed to one environment lately, newest first, each with the page of its job. */
export async function readHistory(
  environment: string,
  { ref }: ProjectContext,
  { gitlab, tables }: CommandContext,
): Promise<readonly DeploymentRow[]> {
  const started = (await gitlab.deploymentsOf(ref.id, environment, historyRead)).filter(hasStarted);
  return Promise.all(
    started.map(async (deployment, index) => ({
      environment,
      version: deployment.ref,
      sha: deployment.sha,
      since: deployment.changedAt ?? deployment.createdAt,
      by:
        (await whoAsked(tables, { projectId: ref.id, pipelineId: deployment.pipelineId, jobId: deployment.jobId })) ??
        deployment.user,
      status: deployment.status,
      rolledBack: wentBack(deployment, started.slice(index + 1)),
      url: pageOf(deployment, ref.url),
    })),
  );
}

function pageOf({ jobId, pipelineId }: Deployment, projectUrl: string): string | undefined {
  if (jobId !== undefined) return `${projectUrl}/-/jobs/${jobId}`;
  return pipelineId === undefined ? undefined : `${projectUrl}/-/pipelines/${pipelineId}`;
}
