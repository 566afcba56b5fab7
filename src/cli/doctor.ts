import { count } from './count.ts';
import { readConfiguration } from './doctor/configuration.ts';
import type { Checkup, Finding, Level } from './doctor/finding.ts';
import { checkGitLab } from './doctor/gitlab.ts';
import { checkOutside } from './doctor/outside.ts';
import { checkSlack } from './doctor/slack.ts';
import { checkStore } from './doctor/store.ts';
import { readFlags } from './flags.ts';

export interface DoctorOptions extends Checkup {
  readonly args: readonly string[];
  readonly print: (line: string) => void;
}

/** What `chatops doctor` comes to. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** 0 when there is no problem, else 1. Warnings alone are no reason to fail. */
  readonly exitCode: 0 | 1;
}

/**
 * Looks at everything that the bot lives on and prints each finding as soon as it is there. Changes nothing, and needs
 * no running bot.
 * @throws UsageError
 */
export async function runDoctor(options: DoctorOptions): Promise<Diagnosis> {
  readFlags(
    { args: [...options.args], options: {} },
    'chatops doctor takes no further words: it looks at .env and chatops.yml of this folder.',
  );
  const findings: Finding[] = [];
  const tell = (finding: Finding): void => {
    findings.push(finding);
    options.print(`  ${finding.level.padEnd('warning'.length)}  ${finding.seen}`);
    const mend = finding.mend?.replaceAll('\n', `\n${' '.repeat(13)}`);
    if (mend !== undefined) options.print(`${' '.repeat(11)}> ${mend}`);
  };
  options.print('Settings');
  const { readable, findings: first } = readConfiguration(options);
  for (const finding of first) tell(finding);
  const groups = [
    ['GitLab', checkGitLab(options, readable)],
    ['Slack', checkSlack(options, readable)],
    ['Grafana and mail', checkOutside(options, readable)],
    ['Store', checkStore(options, readable.settings.database)],
  ] as const;
  for (const [title, group] of groups) {
    options.print(title);
    for await (const finding of group) tell(finding);
  }
  const problems = countOf(findings, 'problem');
  options.print(`${count(problems, 'problem')}, ${count(countOf(findings, 'warning'), 'warning')}.`);
  return { findings, exitCode: problems === 0 ? 0 : 1 };
}

function countOf(findings: readonly Finding[], level: Level): number {
  return findings.filter((finding) => finding.level === level).length;
}
