import { readFileSync } from 'node:fs';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { aJob, aPipeline, at, project } from '../support/builders.ts';
import { startFlow } from '../support/flow.ts';
import { startBot, startFloor } from './programs.ts';
import { type Line, ms } from './table.ts';

const threads = 10_000;
const perCommit = 1_000;
const starts = 3;
const restMs = 2_500;

/** How long `npm start`'s server takes until it is ready, and what it holds in memory, with a store that has been used. */
export async function benchStart(): Promise<readonly Line[]> {
  const flow = await startFlow();
  try {
    await flow.stopBot();
    const storePath = (flow.env['DATABASE_URL'] ?? '').replace(/^sqlite:/, '');
    await fill(storePath);
    const readyAfterMs: number[] = [];
    let residentMb = 0;
    for (let nth = 0; nth < starts; nth += 1) {
      const bot = await startBot(flow.env);
      readyAfterMs.push(bot.readyAfterMs);
      if (nth === starts - 1) {
        await new Promise((resolve) => setTimeout(resolve, restMs));
        residentMb = residentMemoryMb(bot.pid);
      }
      await bot.stop();
    }
    const floor = await startFloor(`${storePath}.floor`);
    await floor.stop();
    const best = Math.min(...readyAfterMs);
    return [
      {
        what: 'start to ready, best of three',
        measured: `${ms(best)} (worst ${ms(Math.max(...readyAfterMs))})`,
        floor: `${ms(floor.readyAfterMs)} a bare server`,
        budget: 'under 1000 ms',
        isMet: best < 1_000,
      },
      {
        what: `resident memory at rest, ${threads} threads stored`,
        measured: `${residentMb.toFixed(0)} MB`,
        budget: 'under 160 MB',
        isMet: residentMb < 160,
      },
    ];
  } finally {
    await flow.stop();
  }
}

async function fill(path: string): Promise<void> {
  const store = await createSqliteStore({ path, now: () => new Date() });
  for (let first = 0; first < threads; first += perCommit) {
    await store.transaction(async (tables) => {
      for (let id = first + 1; id <= first + perCommit; id += 1) await addThread(tables, id);
    });
  }
  await store.close();
}

/** A finished pipeline of long ago with twenty jobs, and its thread. */
async function addThread(tables: Parameters<Parameters<Store['transaction']>[0]>[0], id: number): Promise<void> {
  const jobs = Array.from({ length: 20 }, (_, nth) =>
    aJob({ id: id * 100 + nth, name: `job-${nth}`, status: 'success', finishedAt: at(60) }),
  );
  const pipelineId = 1_000_000 + id;
  const rootKey = `C0DEPLOYS/pipeline:${pipelineId}`;
  await tables.pipelines.save(aPipeline({ id: pipelineId, status: 'success', finishedAt: at(60), jobs }));
  await tables.threads.add({
    channel: 'C0DEPLOYS',
    projectId: project.id,
    pipelineId,
    rootKey,
    newsKey: rootKey,
    createdAt: at(0),
  });
}

type Store = Awaited<ReturnType<typeof createSqliteStore>>;

function residentMemoryMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}
