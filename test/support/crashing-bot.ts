import { readFileSync } from 'node:fs';
import { loadConfig, processEnvironment, readTextFile } from '../../src/config/load.ts';
import { createProgram } from '../../src/wire.ts';

/**
 * The bot as `src/main.ts` starts it, but it kills itself with SIGKILL when it has come so often to the point that the
 * file named by its first argument holds (`message_sent 2`): the kernel ends every thread, so that nothing after the
 * point runs, and closes what was open.
 */
const [, , armed = ''] = process.argv;
let passed = 0;

const program = createProgram({
  config: loadConfig({ env: processEnvironment(), readFile: readTextFile }),
  onFatal: (error) => {
    throw error;
  },
  checkpoint: (point) => {
    const [wanted, times] = readFileSync(armed, 'utf8').split(' ');
    if (wanted !== point) return;
    passed += 1;
    if (passed >= Number(times)) process.kill(process.pid, 'SIGKILL');
  },
  pace: { waitMs: () => 0, sent: () => undefined, rest: () => undefined },
});
await program.start();
