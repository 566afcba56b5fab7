import { readFileSync } from 'node:fs';
import path from 'node:path';
import { playJob } from './engine/job-actions.ts';
import { findJobNamed, settleJobs } from './engine/runner.ts';
import { mirrorStatus, runTrigger } from './engine/trigger.ts';
import { addUser, pushBranch, pushTag } from './people.ts';
import { addCommit } from './repository.ts';
import { type Job, type OtherProject, type Pipeline, userNamed, type World } from './world.ts';

/** What the seeded world begins with. */
export interface SeedOptions {
  readonly examplePath: string;
  readonly ciYaml?: string;
  readonly projectPath: string;
  readonly otherProjects?: readonly OtherProject[];
  readonly tier: 'free' | 'premium';
  readonly now: () => Date;
  readonly variables?: Readonly<Record<string, string>>;
  readonly failing?: World['failing'];
}

const DAY_MS = 86_400_000;

/** The jobs that somebody plays on the way to production. */
const GATES = ['deploy-canary', 'deploy-prod'];

/**
 * Makes a project with people, and a past: v1.2.0 and v1.3.0 went through staging and canary to production.
 * The past is made by the engine itself on a clock that stands earlier, so its ids and times fit together.
 */
export function seedWorld(options: SeedOptions): World {
  const ciYaml = options.ciYaml ?? readFileSync(path.join(options.examplePath, '.gitlab-ci.yml'), 'utf8');
  const world = emptyWorld(options);
  addUser(world, 'ann', { name: 'Ann Smith', accessLevel: 30 });
  addUser(world, 'raj', { name: 'Raj Patel', accessLevel: 40 });
  addUser(world, 'mia', { name: 'Mia Novak', accessLevel: 30 });
  addUser(world, 'olu', { name: 'Olu Ade', accessLevel: 50 });
  addUser(world, 'gil', { name: 'Gil Guest', accessLevel: 10 });
  addUser(world, 'chatops', { name: 'ChatOps', accessLevel: 40 });
  const end = options.now().getTime();
  releaseInThePast(world, 'v1.2.0', { at: end - 14 * DAY_MS, ciYaml });
  runPast(world, () => pushBranch(world, 'basket-dates', { mergeRequest: true, title: 'Sketch the basket dates' }));
  releaseInThePast(world, 'v1.3.0', { at: end - 3 * DAY_MS, ciYaml });
  world.now = options.now;
  for (const other of world.otherProjects) if (other.ciYaml !== undefined) addProject(world, other, other.ciYaml);
  world.defer = queueMicrotask;
  return world;
}

/** Another project in which pipelines run: the same people, ids and time, and all else its own. */
function addProject(world: World, { id, path: projectPath, tags = [] }: OtherProject, ciYaml: string): void {
  const there: World = Object.assign(Object.create(world) as World, {
    project: { ...world.project, id, path: projectPath },
    commits: new Map(),
    tags: [],
    releases: [],
    branches: [],
    environments: [],
    deployments: [],
    pipelines: [],
    jobs: [],
    listeners: new Set(),
    runTrigger: (job: Job) => runTrigger(there, job),
  });
  world.projects.push(there);
  follow(there);
  for (const [index, tag] of tags.entries()) {
    const age = tags.length - index;
    releaseInThePast(there, tag, {
      at: world.now().getTime() - 2 * age * DAY_MS,
      ciYaml,
      gates: age === 1 ? [] : GATES,
    });
  }
  there.now = () => world.now();
  if (tags.length === 0) addCommit(there, 'main', { ciYaml });
}

function follow(world: World): void {
  world.listeners.add((event) => {
    if (event.kind === 'pipeline') mirrorStatus(world, event.pipelineId);
  });
}

function emptyWorld(options: SeedOptions): World {
  const counters = { pipeline: 900, job: 51_000, deployment: 300, environment: 8, user: 20, mergeRequest: 6, other: 0 };
  const world: World = {
    project: {
      id: 42,
      path: options.projectPath,
      defaultBranch: 'main',
      createdAt: new Date(options.now().getTime() - 400 * DAY_MS),
    },
    otherProjects: options.otherProjects ?? [],
    projects: [],
    runTrigger: (job) => runTrigger(world, job),
    formerPaths: new Map(),
    settings: {
      tier: options.tier,
      variablesRole: 'developer',
      forwardDeployment: true,
      rollbackAllowed: true,
      disablesHooks: false,
      approvalHooks: false,
      archived: false,
      hasRunners: true,
    },
    users: [],
    members: new Map(),
    groupMembers: new Map(),
    commits: new Map(),
    tags: [],
    releases: [],
    branches: [],
    environments: [],
    deployments: [],
    pipelines: [],
    jobs: [],
    protectedEnvironments: [],
    freezePeriods: [],
    plannedFailures: new Map(),
    failing: (jobName) => options.failing?.(jobName),
    variables: { PIPELINE_SANDBOX: 'true', ...options.variables },
    examplePath: options.examplePath,
    listeners: new Set(),
    baseUrl: 'http://127.0.0.1',
    now: options.now,
    defer: () => undefined,
    nextId: (noun) => {
      counters[noun] += 1;
      return counters[noun];
    },
  };
  world.projects.push(world);
  follow(world);
  return world;
}

function releaseInThePast(
  world: World,
  tag: string,
  { at, ciYaml, gates = GATES }: { at: number; ciYaml: string; gates?: readonly string[] },
): void {
  let time = at;
  world.now = () => {
    time += 1000;
    return new Date(time);
  };
  for (let count = 0; count < 3; count += 1) addCommit(world, 'main', { ciYaml });
  runPast(world, () => pushBranch(world, 'main', { commits: 0 }));
  const pipeline = runPast(world, () => pushTag(world, tag, { commits: 0, message: `Release ${tag}` }));
  for (const gate of gates) {
    const job = pipeline && world.jobs.find((each) => each.pipelineId === pipeline.id && each.name === gate);
    if (pipeline === undefined || job?.status !== 'manual') continue;
    playJob(world, findJobNamed(world, gate, ['manual'], pipeline.id), userNamed(world, 'raj'), []);
    settleJobs(world, pipeline.id);
  }
}

/** A test may hand in a CI file that gives no pipeline for this ref; then the past is shorter. */
function runPast(world: World, push: () => Pipeline): Pipeline | undefined {
  try {
    const pipeline = push();
    settleJobs(world, pipeline.id);
    return pipeline;
  } catch (error) {
    if (error instanceof Error && error.name === 'FilteredError') return undefined;
    throw error;
  }
}
