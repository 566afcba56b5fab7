import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A project whose pipeline triggers a child that deploys, and one of another project. */
export const parentYaml = `
stages: [test, ship]
unit-tests: { stage: test, script: [make test] }
deploy-eu:
  stage: ship
  trigger: { include: [{ local: eu.yml }], strategy: depend }
`;

/** As `parentYaml`, with another project's pipeline instead of a child. */
export const upstreamYaml = `
stages: [test, ship]
unit-tests: { stage: test, script: [make test] }
infra: { stage: ship, trigger: { project: acme/infra, strategy: depend } }
`;

/** Of the other project. */
export const infraYaml = `
plan: { stage: test, script: [terraform plan] }
`;

const childYaml = `
stages: [check, deploy, verify]
smoke-test: { stage: check, script: [make smoke] }
deploy-prod:
  stage: deploy
  script: [make deploy]
  environment: { name: production, deployment_tier: production }
  rules: [{ when: manual }]
verify-deployment:
  stage: verify
  script: [make verify]
  environment: { name: production, action: verify }
`;

/** A repository with the child's file in it. */
export function childRepository(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'chatops-child-'));
  writeFileSync(path.join(folder, '.gitlab-ci.yml'), parentYaml);
  writeFileSync(path.join(folder, 'eu.yml'), childYaml);
  return folder;
}
