import { canonicalJson } from './canonical.ts';
import { environmentRule, type ProjectRules } from './project.ts';

/**
 * The rules in force for an environment as one text, the same for the same rules whatever their place or order in
 * `chatops.yml`. What is left out there is left out here: the built-in defaults stand for it. The audit names the text by
 * its SHA-256.
 */
export function policyText(rules: ProjectRules, environment: string): string {
  const { aliases: _aliases, name: _name, ...rule } = environmentRule(rules, environment) ?? { jobs: [] };
  return canonicalJson({ project: rules.path, environment, deployFrom: rules.deployFrom, rule });
}
