import type { Config } from '../../config/load.ts';
import { matchesGlob } from '../../domain/project.ts';
import {
  createGitLabSetup,
  type GitLabSetup,
  type GitLabVersion,
  type TokenFacts,
  type TokenUser,
} from '../../gitlab/setup.ts';
import { count } from '../count.ts';
import { checkClock } from './clock.ts';
import type { Readable } from './configuration.ts';
import { type Checkup, type Finding, failed, ok, problem, skipped, warning } from './finding.ts';
import { checkEmailToken } from './identity-email.ts';
import { checkLinking } from './linking.ts';
import { checkProject } from './project.ts';
import type { ProjectCheckup } from './project-checkup.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** Looks at GitLab, the token, and each project with its webhook. */
export async function* checkGitLab(checkup: Checkup, readable: Readable): AsyncGenerator<Finding> {
  const { gitlabUrl: url, gitlabToken: token } = readable.settings;
  if (url === undefined || token === undefined) {
    yield skipped('gitlab', url === undefined ? 'GITLAB_URL' : 'GITLAB_TOKEN');
    return;
  }
  checkup.progress(url);
  let gitlab: GitLabSetup;
  let version: GitLabVersion;
  let user: TokenUser;
  try {
    gitlab = createGitLabSetup({ url, token, now: checkup.now });
    version = await gitlab.version();
    user = await gitlab.user();
  } catch (error) {
    yield failed('gitlab', 'GitLab cannot be used', error);
    return;
  }
  yield ok('gitlab', `GitLab ${version.version} answers at ${url}.`);
  yield checkClock('GitLab', version.date, checkup.now());
  try {
    yield checkToken(user, await gitlab.token(), checkup.now());
  } catch (error) {
    yield failed('gitlab_token', 'The token cannot be looked at', error);
  }
  if (readable.file?.identityEmail) yield checkEmailToken(user);
  yield checkLinking(readable.settings);
  if (readable.file)
    yield* checkProjects({ checkup, gitlab, user, version, settings: readable.settings }, readable.file);
}

async function* checkProjects(about: ProjectCheckup, file: Config['file']): AsyncGenerator<Finding> {
  const found = new Map(file.projects.map((rules) => [rules.path.toLowerCase(), rules] as const));
  if (file.patterns.length > 0) {
    const { paths, findings } = await projectsOfPatterns(about, file.patterns);
    yield* findings;
    for (const path of paths) {
      const rules = file.rulesFor(path);
      if (rules && !found.has(path.toLowerCase())) found.set(path.toLowerCase(), { ...rules, path });
    }
  }
  for (const rules of found.values()) {
    about.checkup.progress(`project ${rules.path}`);
    try {
      yield* checkProject(about, rules);
    } catch (error) {
      yield failed('project', `${rules.path} cannot be looked at`, error);
    }
  }
}

/** Which projects the patterns stand for: those that the token is a member of. */
async function projectsOfPatterns(
  { checkup, gitlab }: ProjectCheckup,
  patterns: readonly string[],
): Promise<{ readonly paths: readonly string[]; readonly findings: readonly Finding[] }> {
  checkup.progress('the projects of the token');
  let all: readonly string[];
  try {
    all = await gitlab.projectPaths();
  } catch (error) {
    return { paths: [], findings: [failed('project_pattern', 'The projects of the token cannot be listed', error)] };
  }
  const findings = patterns.map((pattern) => {
    const matching = all.filter((path) => matchesGlob(pattern.toLowerCase(), path.toLowerCase()));
    return matching.length > 0
      ? ok('project_pattern', `${pattern} stands for ${count(matching.length, 'project')}.`)
      : warning(
          'project_pattern',
          `${pattern} stands for no project that the token is a member of.`,
          'Correct the pattern in chatops.yml, or invite the user of the token to the group.',
        );
  });
  const isMeant = (path: string) => patterns.some((pattern) => matchesGlob(pattern.toLowerCase(), path.toLowerCase()));
  return { paths: all.filter(isMeant), findings };
}

function checkToken(user: TokenUser, token: TokenFacts | undefined, now: Date): Finding {
  const code = 'gitlab_token';
  const kind = kindOf(user);
  const whose = `GITLAB_TOKEN is ${kind.words} (@${user.username})`;
  if (!token) {
    const mend = 'Use an access token of the project, its group or a service account, scope api.';
    return warning(code, `${whose}; GitLab does not tell its scopes.`, mend);
  }
  const scopes = token.scopes.join(', ');
  if (!token.scopes.includes('api')) {
    const mend = 'Create a token with scope api, put it into GITLAB_TOKEN and start the bot again.';
    return problem(code, `${whose} with scope ${scopes || 'none'}: it cannot start deployments.`, mend);
  }
  const days = token.expiresAt && Math.ceil((token.expiresAt.getTime() - now.getTime()) / DAY_MS);
  const until = token.expiresAt ? `, until ${token.expiresAt.toISOString().slice(0, 10)}` : '';
  const seen = `${whose} with scope ${scopes}${until}.`;
  if (days !== undefined && days <= SOON_DAYS) {
    return warning(
      'gitlab_token_expires',
      `${seen} That is in ${days} days.`,
      'Rotate it in GitLab, put the new one into GITLAB_TOKEN and start the bot again.',
    );
  }
  if (kind.isPerson) {
    const mend = 'Use an access token of the project, its group or a service account: it does not end with a person.';
    return warning('gitlab_token_person', `${seen} Deployments bear that name.`, mend);
  }
  return ok(code, seen);
}

/** GitLab names the users of project, group and service account tokens in its own way. */
function kindOf({ username, bot }: TokenUser): { readonly words: string; readonly isPerson: boolean } {
  if (/^project_\d+_bot/.test(username)) return { words: 'a project access token', isPerson: false };
  if (/^group_\d+_bot/.test(username)) return { words: 'a group access token', isPerson: false };
  if (username.startsWith('service_account_')) return { words: "a service account's token", isPerson: false };
  return bot ? { words: "a bot user's token", isPerson: false } : { words: "a person's token", isPerson: true };
}
