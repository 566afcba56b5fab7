import { startPostgres } from '../support/postgres.ts';

/** Starts the server that `test/support/flow-database.ts` finds by this variable. */
export async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgres();
  process.env['FLOW_POSTGRES'] = server.address;
  return () => server.stop();
}
