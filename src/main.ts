import { enableCompileCache, flushCompileCache } from 'node:module';
import path from 'node:path';

// More than half of a start is stripping types and compiling, and the compiler stays in memory. What was compiled once
// is kept beside the packages; a place that cannot be written to costs time, nothing else. Only what is imported after
// this line gains.
enableCompileCache(path.join(import.meta.dirname, '../node_modules/.cache/compiled'));
const [
  { exitCode },
  { lastWords },
  { readEnvironment },
  { loadConfig, processEnvironment, readTextFile },
  { createProgram },
] = await Promise.all([
  import('./cli/exit.ts'),
  import('./cli/last-words.ts'),
  import('./config/environment.ts'),
  import('./config/load.ts'),
  import('./wire.ts'),
]);

let secrets: readonly string[] = [];

/** The server: loads the configuration, starts, and stops on a signal. */
async function main(): Promise<void> {
  // A promise that nobody awaits is a bug of ours or of a package: end, and let the next start go on from the disk.
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  const env = processEnvironment();
  secrets = readEnvironment(env).secrets;
  const config = loadConfig({ env, readFile: readTextFile });
  const program = createProgram({ config, onFatal: fail });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      program.stop().then(() => process.exit(0), fail);
    });
  }
  process.on('SIGHUP', () => {
    // The settings in force stay; whoever sent the signal reads why.
    program.reload().catch((error: unknown) => tell(error));
  });
  await program.start();
  // Else it is written at the end, which a process that is killed does not have.
  flushCompileCache();
}

function tell(error: unknown): void {
  process.stderr.write(lastWords(error, secrets));
}

function fail(error: unknown): void {
  tell(error);
  process.exit(exitCode(error));
}

main().catch(fail);
