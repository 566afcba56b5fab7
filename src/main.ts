import { exitCode, explain } from './cli/exit.ts';
import { loadConfig, processEnvironment, readTextFile } from './config/load.ts';
import { createProgram } from './wire.ts';

/** The server: loads the configuration, starts, and stops on a signal. */
async function main(): Promise<void> {
  // A promise that nobody awaits is a bug of ours or of a package: end, and let the next start go on from the disk.
  process.on('unhandledRejection', fail);
  const config = loadConfig({ env: processEnvironment(), readFile: readTextFile });
  const program = createProgram({ config, onFatal: fail });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      program.stop().then(() => process.exit(0), fail);
    });
  }
  process.on('SIGHUP', () => {
    // The settings in force stay; whoever sent the signal reads why.
    program.reload().catch((error: unknown) => process.stderr.write(`${explain(error)}\n`));
  });
  await program.start();
}

function fail(error: unknown): void {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(exitCode(error));
}

main().catch(fail);
