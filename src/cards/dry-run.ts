import { type Exemption, type GateName, gateNames } from '../domain/gates.ts';
import { bold, join, link, type Phrase, say } from '../domain/phrase.ts';
import type { DeployPlan, TaskPlan } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import { versionOf } from '../domain/task.ts';
import { buildCard, type Card } from './card.ts';
import { deploySteps, fromTo } from './deploy-plan.ts';
import { literal } from './literal.ts';
import { type Line, shaped } from './phrase-blocks.ts';
import { versionWithSha } from './pipeline-words.ts';
import { shapes, statuses } from './status.ts';

/** What a gate said of one environment on the way. */
export interface GateLine {
  readonly gate: GateName;
  readonly environment: string;
  readonly answer: 'pass' | 'refuse' | 'exempt' | 'later';
  readonly because?: Exemption | undefined;
  readonly refusal?: Pick<Refusal, 'fact'> | undefined;
  readonly said?: Phrase | undefined;
}

const gateWords: Readonly<Record<GateName, string>> = {
  rights: 'your role',
  variables: 'variables',
  lock: 'locks',
  freeze: "freezes (ours and GitLab's)",
  versions: 'allowed versions',
  after: 'order',
  requires: 'required jobs',
  approvals: 'approvals',
  running: 'other deploys',
  pipeline: 'the pipeline',
};

const becauseWords: Readonly<Record<Exemption, string>> = {
  rollback: 'does not count for a rollback',
  override: 'would be overridden',
  unlock: 'would be unlocked with the deploy',
};

/** What a deploy would do, with the answer of every gate; nothing can be pressed. */
export function renderDryRun({
  deed,
  gates,
  warnings = [],
}: {
  readonly deed: DeployPlan;
  readonly gates: readonly GateLine[];
  readonly warnings?: readonly Phrase[] | undefined;
}): Card {
  const { environment, release, pipelineId, pipelineUrl } = deed;
  const isFree = gates.every(({ answer }) => answer !== 'refuse');
  const may = isFree ? 'could be deployed' : 'could not be deployed';
  return buildCard({
    spoken: say`Dry run: ${release.version} ${may} to ${environment} now. Nothing was changed.`,
    lines: [
      shaped(
        isFree ? statuses.passed.shape : shapes.stop,
        say`Dry run: ${versionWithSha(release.version, release.sha)} ${may} to ${bold(environment)} now.`,
      ),
      say`Nothing was changed.`,
      fromTo(deed),
      ...closedLines(gates),
      passedLine(gates),
      ...warnings.slice(0, 3).map((warning) => shaped(shapes.warning, say`Warning: ${warning}`)),
      ...deploySteps(deed),
    ],
    more: [say`Pipeline: ${link(`#${pipelineId}`, pipelineUrl)}`],
  });
}

/** The same for a deploy that would begin with a pipeline. */
export function renderDryStart({ task }: TaskPlan): Card {
  const where = task.kind === 'run' ? (task.deploy?.environment ?? '') : '';
  const version = bold(literal(versionOf(task), 60));
  const said = say`Dry run: ${version} could be deployed to ${bold(literal(where, 60))} now. A pipeline would be started first.`;
  return buildCard({
    spoken: say`${said} Nothing was changed.`,
    lines: [shaped(statuses.passed.shape, said), say`Nothing was changed.`],
  });
}

/** The refusal of a deploy that was only tried. */
export function refusedDry(refusal: Refusal): Refusal {
  return { ...refusal, notDone: say`Dry run: ${refusal.notDone}` };
}

/** One line for each gate that is closed somewhere on the way, with the reason. */
function closedLines(gates: readonly GateLine[]): readonly Line[] {
  return gates.flatMap(({ gate, answer, because, refusal, said: note }): readonly Line[] => {
    const fact = refusal?.fact ?? note;
    if (!fact) return [];
    const said = say`${bold(gateWords[gate])}: ${fact}`;
    if (answer === 'refuse') return [shaped(statuses.failed.shape, say`In the way: ${said}`)];
    if (answer === 'later') return [shaped(statuses.waiting.shape, said)];
    return because === undefined ? [] : [shaped(shapes.warning, say`${said} It ${becauseWords[because]}.`)];
  });
}

function passedLine(gates: readonly GateLine[]): Line {
  const passed = gateNames.filter((name) => {
    const said = gates.filter(({ gate }) => gate === name);
    return said.length > 0 && said.every(({ answer }) => answer === 'pass');
  });
  return say`Passed: ${join(
    passed.map((name) => gateWords[name]),
    ', ',
  )}.`;
}
