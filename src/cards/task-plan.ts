import { bold, code, join, link, type Phrase, say, time } from '../domain/phrase.ts';
import type { Plan, TaskPlan } from '../domain/plan.ts';
import { type Task, versionOf } from '../domain/task.ts';
import { buildCard, type Card, type CardButton } from './card.ts';
import { notSpoken } from './deed-words.ts';
import { literal } from './literal.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { versionWithSha } from './pipeline-words.ts';
import { shapes } from './status.ts';
import { actorName } from './step-words.ts';
import { jobNames, taskButton } from './task-words.ts';

const maxWarnings = 4;

/** What would be done that deploys nothing by itself; nothing happens until its button is pressed. */
export function renderTaskPlan({
  plan,
  warnings = [],
}: {
  readonly plan: Plan<TaskPlan>;
  readonly warnings?: readonly Phrase[] | undefined;
}): Card {
  const { task, project } = plan.deed;
  const asked = question(task);
  return buildCard({
    spoken: say`${asked} Nothing happens until you press ${taskButton(task)}.`,
    lines: [
      shaped(shapes.question, say`${asked} ${link(project.path, project.url)}`),
      ...facts(task),
      ...warnings.slice(0, maxWarnings).map((warning) => shaped(shapes.warning, say`Warning: ${warning}`)),
    ],
    buttons: buttons(plan),
    more: told(plan),
  });
}

function question(task: Task): Phrase {
  const version = bold(literal(versionOf(task), 60));
  switch (task.kind) {
    case 'play':
      return say`Start ${code(literal(task.job.name, 60))} of ${version}?`;
    case 'stop':
      return say`Stop ${bold(literal(task.environment.name, 60))} with ${code(literal(task.job.name, 60))}?`;
    case 'retry':
      return say`Run ${jobNames(task.jobs)} of ${version} again?`;
    case 'cancel':
      return say`Cancel the pipeline of ${version}?`;
    case 'run':
      return task.deploy
        ? say`Start a pipeline for ${version} and deploy it to ${bold(literal(task.deploy.environment, 60))}?`
        : say`Start a pipeline for ${version}?`;
  }
}

function facts(task: Task): readonly Line[] {
  switch (task.kind) {
    case 'play':
      return variables(task.variables);
    case 'run':
      return [
        say`The commit is ${versionWithSha(task.release.version, task.release.sha)}.`,
        ships(task),
        ...(task.deploy
          ? [say`First a pipeline is started. The deploy follows it to the environment, and every rule is asked again.`]
          : []),
        ...variables(task.variables),
      ];
    case 'stop':
      return [say`GitLab stops it by the job of the deployment that is there.`];
    case 'retry':
      return task.all ? [say`These are its failed and canceled jobs.`] : [];
    case 'cancel':
      return [say`Jobs that have not ended are canceled.`];
  }
}

function ships({ deploy }: Extract<Task, { kind: 'run' }>): Phrase {
  if (!deploy?.ships || deploy.ships.total === 0) return [];
  const { total, url } = deploy.ships;
  return say`Ships ${bold(total === 1 ? '1 commit' : `${total} commits`)}. ${link('Compare', url)}`;
}

/** Only the asker sees this card, so the values are shown as they will be sent. */
function variables(given: Readonly<Record<string, string>> = {}): readonly Line[] {
  const set = Object.entries(given).map(([name, value]) => code(literal(`${name}=${value}`, 80)));
  return set.length > 0 ? [say`With ${join(set.slice(0, 10), ', ')}.`] : [];
}

function told({ deed, requester, expiresAt }: Plan<TaskPlan>): readonly Line[] {
  const { task } = deed;
  return [
    [
      ...say`Asked by ${actorName(requester)}. Told in `,
      { kind: 'channel', channelId: deed.channel },
      ...say`. Lapses ${time(expiresAt)}.`,
    ],
    task.kind === 'run' ? [] : say`Pipeline: ${link(`#${task.pipeline.id}`, task.pipeline.url)}`,
  ];
}

function buttons(plan: Plan<TaskPlan>): readonly CardButton[] {
  const { task } = plan.deed;
  const label = taskButton(task);
  const words = spoken(task);
  return [
    { label, spoken: `${label}: ${words}`, actionId: 'plan_confirm', value: plan.id, style: 'primary' },
    { label: 'Cancel', spoken: notSpoken(`${label}: ${words}`), actionId: 'plan_cancel', value: plan.id },
  ];
}

function spoken(task: Task): string {
  const version = literal(versionOf(task), 20);
  switch (task.kind) {
    case 'play':
      return `${literal(task.job.name, 28)} of ${version}`;
    case 'stop':
      return `${literal(task.environment.name, 28)}, ${version}`;
    case 'retry':
      return `${literal(task.jobs[0]?.name ?? '', 28)} of ${version}`;
    case 'cancel':
      return `pipeline ${task.pipeline.id} of ${version}`;
    case 'run':
      return task.deploy ? `${version} to ${literal(task.deploy.environment, 28)}` : `a pipeline for ${version}`;
  }
}
