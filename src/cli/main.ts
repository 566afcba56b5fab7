#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readEnvironment } from '../config/environment.ts';
import { type ConfigSources, loadConfig, processEnvironment, readTextFile } from '../config/load.ts';
import { environmentSettings } from '../config/schema.ts';
import { ConfigError, StoreError, UsageError } from '../domain/errors.ts';
import type { Watch } from '../domain/watch.ts';
import { readWatches } from '../store/inspect.ts';
import { checkConfig, showConfig } from './config.ts';
import { exitCode } from './exit.ts';
import { readFlags } from './flags.ts';
import { readSetting } from './init/setting-answer.ts';
import { lastWords } from './last-words.ts';
import { createProgress } from './progress.ts';

/** Each command with what it does, by the words that it begins with. */
const usages = [
  `  start                    the bot itself, with the settings of .env and chatops.yml`,
  `  demo                     the bot against a stand-in GitLab and Slack, on a page to try it`,
  `  demo --stand-ins [--port 3000]
                           the stand-ins alone, with the settings for a real start on that port`,
  `  config check             all that is wrong with .env and chatops.yml, or ok`,
  `  config show [project]    each value and where it comes from`,
  `  manifest [--prefix gl-] [--socket] [--root-only] [--url https://…]
                           the Slack app, ready to paste at https://api.slack.com/apps`,
  `  init [--gitlab-url U] [--gitlab-token T] [--project P] [--slack-token T] [--signing-secret S | --app-token T]
       [--channel C] [--url U] [--yes]
                           checks what is given and asks for the rest, writes .env and chatops.yml, makes the webhook`,
  `  doctor                   looks at everything the bot lives on, and says how to mend what is wrong`,
  `  audit verify [--head seq:hash]
                           whether the audit is what was written; with a head out of the log also whether it is all of it`,
  `  audit export [--project P] [--environment E] [--since 2026-01-01] [--until 2026-12-31T18:00] [--format csv|jsonl] [--releases]
                           the audit as a table, or one row for each deploy and rollback`,
  `  backup <file>            the database copied into a new file, while the bot runs`,
];

const usage = ['chatops <command>', ...usages].join('\n');

const flags = {
  'stand-ins': { type: 'boolean', default: false },
  port: { type: 'string', default: environmentSettings.port.default },
  help: { type: 'boolean', default: false },
} as const;

/** Commands that read their own flags. */
const setUpCommands: ReadonlyMap<string, (args: readonly string[]) => Promise<void>> = new Map([
  ['manifest', manifest],
  ['init', init],
  ['doctor', doctor],
  ['audit', audit],
  ['backup', backup],
]);

/** Reads the command line and runs one command. */
async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2);
  const setUp = setUpCommands.get(name);
  if (setUp) return args.includes('--help') ? printHelp(name) : setUp(args);
  const { values, positionals } = readFlags({ allowPositionals: true, options: flags }, usage);
  const [command] = positionals;
  if (values.help || command === 'help') return printHelp(values.help ? command : positionals[1]);
  if (command === 'start') {
    await import('../main.ts');
    return;
  }
  if (command === 'demo')
    return demo(values['stand-ins'] ? readSetting(environmentSettings.port, values.port) : undefined);
  if (command === 'config') return config(positionals.slice(1));
  throw new UsageError(command === undefined ? 'Which command?' : `There is no command ${command}.`, { hint: usage });
}

/** The help of one command; of all where it is none. */
async function printHelp(name: string | undefined): Promise<void> {
  if (name === 'init') return print((await import('./init/help.ts')).initHelp());
  const own = usages.filter((text) => text.trimStart().split(' ', 1)[0] === name);
  print(own.length === 0 ? usage : `chatops\n${own.join('\n')}`);
}

async function config([deed, project, ...more]: readonly string[]): Promise<void> {
  const sources = { env: processEnvironment(), readFile: readTextFile };
  if (deed === 'check' && project === undefined) return print(checkConfig(sources).join('\n'));
  if (deed === 'show' && more.length === 0) {
    const watches = project === undefined ? [] : await storedWatches(sources);
    return print(showConfig(sources, project, watches).join('\n'));
  }
  throw new UsageError('What about the configuration?', { hint: usage });
}

/** What people set up in Slack; nothing where the store cannot be read, as from another machine. */
async function storedWatches(sources: ConfigSources): Promise<readonly Watch[]> {
  const { settings } = loadConfig(sources);
  return readWatches(settings.database).catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error;
    process.stderr.write(`Watches are not shown: ${error.message}\n`);
    return [];
  });
}

/** The stand-ins need development packages, which the container image does not have. */
async function demo(standInsFor: number | undefined): Promise<void> {
  const { startDemo, startStandIns } = await import('./demo.ts').catch((cause: unknown) => {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause;
    throw new UsageError('The demo needs the development packages, which are not installed here.', {
      cause,
      hint: 'Run it in a checkout: npm ci && npm run demo',
    });
  });
  const running = standInsFor === undefined ? await startDemo(print) : await startStandIns(print, standInsFor);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      running.stop().then(() => process.exit(0), fail);
    });
  }
}

async function manifest(args: readonly string[]): Promise<void> {
  const { manifestFor } = await import('./manifest.ts');
  process.stdout.write(manifestFor(args));
}

async function init(args: readonly string[]): Promise<void> {
  const { runInit } = await import('./init.ts');
  const { createTerminal } = await import('./init/ask.ts');
  const cwd = process.cwd();
  const env = processEnvironment(cwd);
  const asker = process.stdin.isTTY ? createTerminal(process.stdin, process.stdout) : undefined;
  await runInit({ args, env, cwd, asker, print, now, newSecret }).finally(() => asker?.close());
}

async function doctor(args: readonly string[]): Promise<void> {
  const { runDoctor } = await import('./doctor.ts');
  const cwd = process.cwd();
  const sources = { env: processEnvironment(cwd), cwd, readFile: readTextFile };
  const diagnosis = await runDoctor({ args, ...sources, now, ...createProgress(process.stdout) });
  process.exitCode = diagnosis.exitCode;
}

async function audit(args: readonly string[]): Promise<void> {
  const { runAudit } = await import('./audit.ts');
  const cwd = process.cwd();
  process.exitCode = await runAudit({ args, env: processEnvironment(cwd), cwd, write });
}

async function backup(args: readonly string[]): Promise<void> {
  const { runBackup } = await import('./backup.ts');
  const cwd = process.cwd();
  runBackup({ args, env: processEnvironment(cwd), cwd, print });
}

/** As fast as it is read, and no longer than that: `… | head` has seen enough. */
async function write(pieces: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(pieces), process.stdout, { end: false }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  });
}

function newSecret(): string {
  return randomBytes(32).toString('hex');
}

function now(): Date {
  return new Date();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** None where the `.env` file cannot be read: then that is what is told. */
function knownSecrets(): readonly string[] {
  try {
    return readEnvironment(processEnvironment()).secrets;
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

function fail(error: unknown): void {
  process.stderr.write(lastWords(error, knownSecrets()));
  process.exit(exitCode(error));
}

main().catch(fail);
