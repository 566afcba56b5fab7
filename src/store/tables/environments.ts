import { sql } from 'kysely';
import type { EnvironmentsTable } from '../../app/store-ports.ts';
import { isProduction } from '../../domain/environment.ts';
import type { EnvironmentRecord } from '../../domain/environment-record.ts';
import { EnvironmentDocument } from '../documents.ts';
import { decodeDocument, encodeDocument } from '../json.ts';
import type { Database } from '../schema.ts';

/** What was last heard of each environment. */
export function createEnvironmentsTable(db: Database): EnvironmentsTable {
  return {
    async find(projectId, environment) {
      const row = await db
        .selectFrom('environments')
        .select('document')
        .where('project_id', '=', projectId)
        .where('environment', '=', environment)
        .executeTakeFirst();
      return row && decodeDocument(row.document, EnvironmentDocument, `environment ${environment}`);
    },
    async ofProject(projectId) {
      const rows = await db
        .selectFrom('environments')
        .select(['environment', 'document'])
        .where('project_id', '=', projectId)
        .orderBy('environment')
        .execute();
      return rows.map(decode);
    },
    async ofProduction() {
      const rows = await db
        .selectFrom('environments')
        .select(['environment', 'document'])
        .where('is_production', '=', sql.lit(1))
        .execute();
      return rows.map(decode);
    },
    async save(record) {
      const facts = {
        heard_at: record.heardAt.getTime(),
        is_production: isProduction(record) ? 1 : 0,
        document: encodeDocument(record),
      };
      await db
        .insertInto('environments')
        .values({ project_id: record.projectId, environment: record.environment, ...facts })
        .onConflict((conflict) => conflict.columns(['project_id', 'environment']).doUpdateSet(facts))
        .execute();
    },
    async prune(heardBefore) {
      const result = await db
        .deleteFrom('environments')
        .where('heard_at', '<', heardBefore.getTime())
        .executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

function decode(row: { readonly environment: string; readonly document: string }): EnvironmentRecord {
  return decodeDocument(row.document, EnvironmentDocument, `environment ${row.environment}`);
}
