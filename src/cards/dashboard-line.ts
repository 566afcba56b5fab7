import { link, type Phrase, say } from '../domain/phrase.ts';

/** Shown before and after, so that a change is seen as one. */
const aroundMs = 15 * 60_000;

/** A link to the environment's dashboard at the time of a deployment, with Grafana's `from` and `to`. */
export function dashboardLine(
  dashboard: string | undefined,
  { from, to }: { readonly from: Date | undefined; readonly to: Date | undefined },
): Phrase {
  if (dashboard === undefined || !URL.canParse(dashboard)) return [];
  const url = new URL(dashboard);
  if (from && to) {
    url.searchParams.set('from', String(from.getTime() - aroundMs));
    url.searchParams.set('to', String(to.getTime() + aroundMs));
  }
  return say`${link('Dashboard', url.href)}`;
}
