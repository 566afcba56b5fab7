import type { Document } from 'yaml';
import type { GitLabServerOptions } from '../../sandbox/gitlab-server/server.ts';

/**
 * The other service of the team: it asks the shop every minute whether it works, which is called a canary too. So its
 * name is what people call the environment `production-canary` of the shop.
 */
export const secondProject: NonNullable<GitLabServerOptions['otherProjects']>[number] = {
  id: 57,
  path: 'acme/canary',
  tags: ['v1.2.0', 'v1.3.0', 'v1.4.0'],
  ciYaml: `
stages: [test, staging, production]
workflow:
  rules:
    - if: '$CI_COMMIT_BRANCH == "main"'
    - if: '$CI_COMMIT_TAG'
unit-tests: { stage: test, script: [npm test] }
deploy-staging:
  stage: staging
  script: [npm run deploy]
  environment: { name: staging, deployment_tier: staging }
  rules: [{ if: '$CI_COMMIT_TAG' }]
deploy-staging-afresh:
  stage: staging
  script: [npm run wipe, npm run deploy]
  environment: { name: staging, deployment_tier: staging }
  rules: [{ if: '$CI_COMMIT_TAG', when: manual, allow_failure: true }]
deploy-prod:
  stage: production
  script: [npm run deploy]
  environment: { name: production, deployment_tier: production }
  resource_group: production
  rules: [{ if: '$CI_COMMIT_TAG', when: manual, allow_failure: false }]
`,
};

/**
 * Adds it to the settings: with a channel of its own, and a default environment in that of the shop, where a version
 * alone is enough then.
 */
export function addSecondProject(file: Document): void {
  file.setIn(['projects', 0, 'channels', 0, 'default'], true);
  file.setIn(['projects', 0, 'environments', 'production-canary', 'aliases'], ['canary']);
  file.addIn(['projects'], {
    project: secondProject.path,
    aliases: ['canary'],
    channels: [{ id: 'C0CANARY' }, { id: 'C0DEPLOYS', notify: [], default_environment: 'production' }],
    environments: { production: { aliases: ['prod'], deployers: ['developer'] } },
  });
}
