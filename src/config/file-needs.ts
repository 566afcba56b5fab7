import type { ConfigProblem } from '../domain/errors.ts';
import { type FilePath, type ParsedYaml, problemAt } from './file-problems.ts';
import type { ConfigFile } from './file-schema.ts';

/** What is wrong with the first `canary.watch` of the file where no Prometheus can be asked; undefined: it has none. */
export function needsPrometheus({ defaults, projects }: ConfigFile, yaml: ParsedYaml): ConfigProblem | undefined {
  const places: readonly { readonly keys: ConfigFile['defaults']; readonly path: FilePath }[] = [
    { keys: defaults, path: ['defaults'] },
    ...projects.map((keys, index) => ({ keys, path: ['projects', index] })),
  ];
  const [first] = places.flatMap(({ keys, path }) =>
    Object.entries(keys?.environments ?? {})
      .filter(([, { canary }]) => canary?.watch !== undefined)
      .map(([name]): FilePath => [...path, 'environments', name, 'canary', 'watch']),
  );
  const problem = 'cannot be used without `PROMETHEUS_URL`';
  return (
    first && problemAt(yaml, first, { problem, mend: 'Set PROMETHEUS_URL to your Prometheus, or remove the watch' })
  );
}
