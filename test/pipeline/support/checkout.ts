import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The sample project. */
export const sample = path.join(import.meta.dirname, '../../../examples/production-app');

const gitlabCiLocal = path.join(import.meta.dirname, '../../../node_modules/gitlab-ci-local/dist/index.js');

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A program under way, in a process group of its own. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Ends the whole group, as a runner does with a cancelled job. */
  readonly cancel: () => void;
}

/** A copy of the sample as a git repository, in a temporary folder. */
export interface Checkout {
  readonly folder: string;
  /** Starts gitlab-ci-local there; it is ended after two minutes. */
  readonly start: (args: readonly string[], env?: Readonly<Record<string, string>>) => Running;
  readonly remove: () => void;
}

/** Which pipeline gitlab-ci-local is to make. */
export const contexts = {
  tag: (version: string) => [
    ...variables({ CI_COMMIT_TAG: version, CI_COMMIT_REF_NAME: version, CI_PIPELINE_SOURCE: 'push' }),
    '--unset-variable=CI_COMMIT_BRANCH',
  ],
  main: () => variables({ CI_COMMIT_BRANCH: 'main', CI_PIPELINE_SOURCE: 'push' }),
  mergeRequest: () => [
    ...variables({ CI_PIPELINE_SOURCE: 'merge_request_event', CI_MERGE_REQUEST_IID: '7' }),
    '--unset-variable=CI_COMMIT_BRANCH',
  ],
};

/** Variables as options of gitlab-ci-local. */
export function variables(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
}

/** Copies the sample and commits it. */
export function createCheckout(): Checkout {
  const parent = mkdtempSync(path.join(tmpdir(), 'pipeline-'));
  const folder = path.join(parent, 'production-app');
  cpSync(sample, folder, {
    recursive: true,
    filter: (file) => !/__pycache__|\.pytest_cache|\.gitlab-ci-local/.test(file),
  });
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...args], { cwd: folder });
  };
  git('init', '-q', '-b', 'main');
  git('remote', 'add', 'origin', 'git@gitlab.example.com:acme/production-app.git');
  git('add', '.');
  git('commit', '-q', '--no-gpg-sign', '-m', 'The sample');
  return {
    folder,
    start: (args, env = {}) =>
      startProgram(
        process.execPath,
        [gitlabCiLocal, '--home', path.join(parent, 'home'), ...variables({ PIPELINE_SANDBOX: 'true' }), ...args],
        {
          cwd: folder,
          env: { ...process.env, GCL_IGNORE_PREDEFINED_VARS: 'CI_COMMIT_REF_NAME', NO_COLOR: '1', ...env },
        },
      ),
    remove: () => rmSync(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** Where and with which environment a program runs. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts a program whose group is ended after two minutes at the latest. */
export function startProgram(program: string, args: readonly string[], around: Surroundings): Running {
  const child = spawn(program, args, { ...around, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const cancel = (): void => endGroup(child);
  const limit = setTimeout(cancel, 120_000);
  let output = '';
  child.stdout.on('data', (piece) => (output += String(piece)));
  child.stderr.on('data', (piece) => (output += String(piece)));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, output });
    });
  });
  return { ended, cancel };
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // The group has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
