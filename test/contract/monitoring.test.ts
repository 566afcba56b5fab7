import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { metricNames } from './metric-names.ts';
import { read } from './repository.ts';

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const Targets = z.array(z.object({ expr: z.string() }));
const Dashboard = z.object({
  panels: z.array(z.object({ id: z.number(), title: z.string(), targets: Targets.default([]) })),
  templating: z.object({ list: z.array(z.object({ query: z.unknown() })) }),
});

const rules = Rules.parse(parse(read('examples/monitoring/alerts.yml'))).groups.flatMap((group) => group.rules);
const dashboard = Dashboard.parse(JSON.parse(read('examples/monitoring/dashboard.json')));

/** The metrics of the bot in a text of PromQL; a histogram's parts are named after it. */
function metricsIn(text: string): readonly string[] {
  const names = [...text.matchAll(/\b((?:chatops|process|nodejs)_\w+)/g)].map(([, name = '']) => name);
  return names.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}

describe('examples/monitoring', () => {
  it.each([
    ['alerts.yml', rules.map(({ expr }) => expr).join('\n')],
    ['dashboard.json', JSON.stringify([dashboard.panels.map(({ targets }) => targets), dashboard.templating])],
  ])('%s asks for metrics that are served', async (_file, text) => {
    const served = await metricNames();
    const asked = [...new Set(metricsIn(text))];

    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !served.includes(name))).toEqual([]);
  });

  it('has each alert tested', () => {
    const tested = [...read('examples/monitoring/alerts-test.yml').matchAll(/alertname: (\w+)/g)].map(
      ([, name]) => name,
    );

    expect(new Set(tested)).toEqual(new Set(rules.map(({ alert }) => alert)));
  });

  it('gives each panel its own id', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});
