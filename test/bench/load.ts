import { Agent, request } from 'node:http';

/** One request to be sent. */
export interface Shot {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoadResult {
  readonly sent: number;
  readonly refused: number;
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
}

interface Taking {
  readonly latenciesMs: number[];
  refused: number;
}

/** Sends as fast as it is answered, `inFlight` at a time, for so long. */
export async function pushHard(
  next: () => Shot,
  options: { readonly inFlight: number; readonly forMs: number },
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.inFlight });
  const taking: Taking = { latenciesMs: [], refused: 0 };
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (performance.now() - startedAt < options.forMs) await take(next(), agent, taking);
  };
  await Promise.all(Array.from({ length: options.inFlight }, worker));
  return finish(taking, agent, startedAt);
}

/** Sends at a steady rate, however long the answers take. Time that a late send lost counts as waiting. */
export async function pushSteadily(
  next: () => Shot,
  options: { readonly perSecond: number; readonly forMs: number },
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const taking: Taking = { latenciesMs: [], refused: 0 };
  const startedAt = performance.now();
  const underWay: Promise<void>[] = [];
  const total = Math.floor((options.perSecond * options.forMs) / 1_000);
  while (underWay.length < total) {
    const due = ((performance.now() - startedAt) / 1_000) * options.perSecond;
    while (underWay.length < Math.min(due, total)) {
      const dueAt = startedAt + (underWay.length / options.perSecond) * 1_000;
      underWay.push(take(next(), agent, taking, dueAt));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
  return finish(taking, agent, startedAt);
}

async function take(shot: Shot, agent: Agent, taking: Taking, since = performance.now()): Promise<void> {
  const status = await send(shot, agent);
  taking.latenciesMs.push(performance.now() - since);
  if (status !== 200) taking.refused += 1;
}

function send(shot: Shot, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request(shot.url, { method: 'POST', agent, headers: shot.headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', reject);
    });
    sending.once('error', reject);
    sending.end(shot.body);
  });
}

function finish(taking: Taking, agent: Agent, startedAt: number): LoadResult {
  agent.destroy();
  const sent = taking.latenciesMs.length;
  const seconds = (performance.now() - startedAt) / 1_000;
  return { sent, refused: taking.refused, perSecond: sent / seconds, latenciesMs: taking.latenciesMs };
}
