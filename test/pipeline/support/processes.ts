import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '../../support/until.ts';

/** A program that serves until it is stopped. */
export interface Served {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** A port on loopback that nobody used a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts the sample service on a port and waits until it answers. */
export async function startService(
  folder: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<Served> {
  const child = spawn('/usr/bin/python3', ['-B', '-m', 'app'], {
    cwd: folder,
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: 'ignore',
  });
  return await whenUp(child, `http://127.0.0.1:${port}`, '/health');
}

/** Starts a real Prometheus that looks at these ports four times a second. */
export async function startPrometheus(ports: readonly number[]): Promise<Served> {
  const folder = mkdtempSync(path.join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  const targets = ports.map((each) => `'127.0.0.1:${each}'`).join(', ');
  const config = `global: { scrape_interval: 250ms, scrape_timeout: 200ms }
scrape_configs:
  - job_name: app
    static_configs: [{ targets: [${targets}] }]
`;
  writeFileSync(path.join(folder, 'prometheus.yml'), config);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const served = await whenUp(child, `http://127.0.0.1:${port}`, '/-/ready');
  return {
    url: served.url,
    stop: async () => {
      await served.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function whenUp(child: ChildProcess, url: string, health: string): Promise<Served> {
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await until(`${url} ends`, () => child.exitCode !== null || child.signalCode !== null);
  };
  try {
    let isUp = false;
    await until(`${url}${health} answers`, () => {
      void fetch(`${url}${health}`).then(
        (answer) => (isUp ||= answer.ok),
        () => undefined,
      );
      return isUp;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
