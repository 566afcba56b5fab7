import { availableParallelism, loadavg } from 'node:os';
import { benchCommandAcknowledged } from './command-acknowledged.ts';
import { benchFirstSlackCall } from './first-slack-call.ts';
import { benchJobBurst } from './job-burst.ts';
import { benchPlanCard } from './plan-card.ts';
import { benchStart } from './start.ts';
import { type Line, printTable } from './table.ts';
import { benchWebhookIntake } from './webhook-intake.ts';

/** In the order of the table; each starts its own servers on loopback and ends them. */
const benches = {
  'webhook-intake': benchWebhookIntake,
  'first-slack-call': benchFirstSlackCall,
  'command-acknowledged': benchCommandAcknowledged,
  'plan-card': benchPlanCard,
  'job-burst': benchJobBurst,
  start: benchStart,
} satisfies Readonly<Record<string, () => Promise<readonly Line[]>>>;

/**
 * Prints what the bot's promises about speed look like on this machine; `npm run bench -- start` runs one of them.
 * Ends with an error when something is wrong, e.g. a row was lost, never because it is slow.
 */
async function main(only: readonly string[]): Promise<void> {
  const startedAt = performance.now();
  const lines: Line[] = [];
  for (const [name, bench] of Object.entries(benches)) {
    if (only.length === 0 || only.includes(name)) lines.push(...(await bench()));
  }
  printTable(lines);
  const [load = 0] = loadavg();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(`\n${seconds} s on ${availableParallelism()} cores; load ${load.toFixed(1)}, this bench included.`);
}

await main(process.argv.slice(2));
