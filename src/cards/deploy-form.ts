import type { InputBlock, KnownBlock, PlainTextOption } from '@slack/types';
import { bold, code, say } from '../domain/phrase.ts';
import { literal } from './literal.ts';
import { renderLines } from './phrase-blocks.ts';
import { buildView, type View } from './view.ts';

/** Action ids of the form's inputs, by which their values come back. */
export const deployInputs = {
  project: 'deploy_project',
  environment: 'deploy_environment',
  version: 'deploy_version',
} as const;

/** What the form offers, and what was typed already. */
export interface DeployFormFacts {
  readonly project: { readonly id: number; readonly path: string };
  readonly environments: readonly string[];
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  /** Words that were typed and have no field. */
  readonly flags: readonly string[];
}

/** Slack takes 75 characters for an entry and its value; what is longer has to be typed. */
const maxOption = 75;
const maxOptions = 100;

/**
 * What is to be deployed where. The inputs are named after their project: with another one, what was chosen of the
 * first is forgotten.
 */
export function renderDeployForm(facts: DeployFormFacts): View {
  const { project, flags } = facts;
  return buildView({
    title: 'Deploy',
    name: 'deploy_form',
    submit: 'Show the plan',
    blocks: [
      renderLines([
        say`Project: ${bold(project.path)}`,
        ...(flags.length === 0 ? [] : [say`With ${code(flags.join(' '))}`]),
      ]),
      environmentInput(facts),
      versionInput(facts),
      renderLines([say`Next you see what would ship. Nothing is deployed before you press Deploy there.`]),
    ],
  });
}

/** Which project, where neither the words nor the place say it. */
export function renderProjectChoice({
  paths,
  more,
}: {
  readonly paths: readonly string[];
  /** There are others, which have to be typed. */
  readonly more: boolean;
}): View {
  const options = toOptions(paths);
  const choice: KnownBlock[] =
    options.length === 0
      ? []
      : [
          {
            type: 'actions',
            elements: [
              {
                type: 'static_select',
                action_id: deployInputs.project,
                placeholder: { type: 'plain_text', text: 'Choose a project' },
                options,
              },
            ],
          },
        ];
  return buildView({
    title: 'Deploy',
    name: 'deploy_form',
    blocks: [
      renderLines([say`Which project?`]),
      ...choice,
      ...(more ? [renderLines([say`Another one: close this and type ${code('/deploy group/project')}`])] : []),
    ],
  });
}

function environmentInput({ project, environments, environment }: DeployFormFacts): InputBlock {
  const options = toOptions(environments);
  const chosen = options.find((option) => option.value === environment);
  const label = { type: 'plain_text', text: 'Environment' } as const;
  const block = { type: 'input', block_id: `environment:${project.id}`, label } as const;
  if (options.length === 0) {
    return {
      ...block,
      element: {
        type: 'plain_text_input',
        action_id: deployInputs.environment,
        max_length: 255,
        ...(environment === undefined ? {} : { initial_value: literal(environment, 255) }),
      },
    };
  }
  return {
    ...block,
    element: {
      type: 'static_select',
      action_id: deployInputs.environment,
      options,
      ...(chosen === undefined ? {} : { initial_option: chosen }),
    },
  };
}

function versionInput({ project, version }: DeployFormFacts): InputBlock {
  const [typed] = version === undefined ? [] : toOptions([version]);
  return {
    type: 'input',
    block_id: `version:${project.id}`,
    label: { type: 'plain_text', text: 'Version' },
    hint: { type: 'plain_text', text: 'A tag, a branch or a commit: choose one, or type any.' },
    element: {
      type: 'external_select',
      action_id: deployInputs.version,
      min_query_length: 0,
      placeholder: { type: 'plain_text', text: 'v1.4.0' },
      ...(typed === undefined ? {} : { initial_option: typed }),
    },
  };
}

function toOptions(names: readonly string[]): PlainTextOption[] {
  return names
    .filter((name) => name.trim() !== '' && name.length <= maxOption)
    .slice(0, maxOptions)
    .map((name) => ({ text: { type: 'plain_text', text: literal(name, maxOption) }, value: name }));
}
