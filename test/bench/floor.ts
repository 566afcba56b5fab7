import { createServer, type ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';

/**
 * The least that a durable webhook costs on this machine: a bare server that parses the body and answers once its row
 * is on disk; rows that arrive together share one commit. Started by the bench as `node floor.ts <port> <file>`.
 */
function main(port: number, file: string): void {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full');
  database.exec('create table inbox (id integer primary key, kind text not null, body text not null)');
  const insert = database.prepare('insert into inbox (kind, body) values (?, ?)');
  let waiting: { readonly kind: string; readonly body: string; readonly response: ServerResponse }[] = [];

  const commit = (): void => {
    const batch = waiting;
    waiting = [];
    database.exec('begin immediate');
    for (const { kind, body } of batch) insert.run(kind, body);
    database.exec('commit');
    for (const { response } of batch) response.end('{"status":"accepted"}');
  };

  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const json: unknown = JSON.parse(body);
      const kind = typeof json === 'object' && json !== null && 'object_kind' in json ? String(json.object_kind) : '';
      response.setHeader('content-type', 'application/json');
      waiting.push({ kind, body, response });
      if (waiting.length === 1) setImmediate(commit);
    });
  }).listen(port, '127.0.0.1');
}

main(Number(process.argv[2]), process.argv[3] ?? '');
