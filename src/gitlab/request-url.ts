/** Query parameters as gitbeaker hands them over: camelCase names, values of any kind. */
export type SearchParams = Readonly<Record<string, unknown>>;

/** Words of GitLab's paths. Everything else in a path is an id or a name, which must not become a metric label. */
const pathWords = new Set(
  `all bridges branches ci commits compare deployments environments groups jobs lint members merge_requests pipeline
  pipelines play projects repository retry tags trace users`.split(/\s+/),
);

/**
 * Snake-cases the names at the top level only: below it are other people's names (`inputs`, variables), which
 * must arrive as they were written.
 */
export function snakeCaseNames(record: SearchParams): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [snakeCase(name), value]));
}

function snakeCase(name: string): string {
  return /^[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+$/.test(name)
    ? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : name;
}

/**
 * The address of an endpoint below `base` (which may have a path of its own). Undefined where a name in it is `.` or
 * `..`: URLs resolve these away, so that a word somebody typed would address something else.
 */
export function buildUrl(base: string, endpoint: string, searchParams: SearchParams = {}): URL | undefined {
  if (endpoint.split('/').some((segment) => segment === '.' || segment === '..')) return undefined;
  const url = new URL(`${base.replace(/\/+$/, '')}/api/v4/${endpoint}`);
  for (const [name, value] of Object.entries(snakeCaseNames(searchParams))) {
    for (const [key, text] of flatten(name, value)) url.searchParams.append(key, text);
  }
  return url;
}

function flatten(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => flatten(`${name}[]`, one));
  if (value instanceof Date) return [[name, value.toISOString()]];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return [[name, String(value)]];
  }
  return [];
}

/** The endpoint with ids and names replaced, e.g. `projects/:id/jobs/:id/play`. */
export function routeOf(endpoint: string): string {
  return endpoint
    .split('/')
    .map((segment) => (pathWords.has(segment) ? segment : ':id'))
    .join('/');
}
