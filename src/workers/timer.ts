import type { Log } from '../app/ports.ts';

/** Runs `work` now and then every `everyMs()` milliseconds, one at a time; stops after the run under way. */
export function startTimer(
  name: string,
  everyMs: () => number,
  about: { readonly work: () => Promise<void>; readonly log: Log },
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = run();

  async function run(): Promise<void> {
    try {
      await about.work();
    } catch (error) {
      about.log.error({ worker: name, err: error }, 'timer run failed');
    }
    if (!stopped) {
      timer = setTimeout(() => {
        running = run();
      }, everyMs());
    }
  }

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
