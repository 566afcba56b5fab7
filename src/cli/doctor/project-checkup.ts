import type { ProcessSettings } from '../../config/schema.ts';
import { accessLevels } from '../../domain/actor.ts';
import type { GitLabSetup, GitLabVersion, TokenUser } from '../../gitlab/setup.ts';
import type { Checkup } from './finding.ts';

/** What the checks of one project share. */
export interface ProjectCheckup {
  readonly checkup: Checkup;
  readonly gitlab: GitLabSetup;
  readonly user: TokenUser;
  readonly version: GitLabVersion;
  readonly settings: Partial<ProcessSettings>;
}

/** Below it GitLab does not show webhooks. */
export function isMaintainer(level: number): boolean {
  return level >= accessLevels.maintainer;
}
