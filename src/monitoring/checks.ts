import type { Prometheus, ReadLiveVersion } from '../app/checks/check-ports.ts';
import { readLiveVersion } from './live-version.ts';
import { createPrometheus } from './prometheus.ts';

/** What canaries and deployed services are asked through. */
export function createChecks(prometheusUrl: string | undefined): {
  readonly prometheus: Prometheus;
  readonly readLiveVersion: ReadLiveVersion;
} {
  return { prometheus: createPrometheus({ url: prometheusUrl }), readLiveVersion };
}
