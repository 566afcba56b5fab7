import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { describeSettings } from '../../src/config/schema.ts';
import { read, root } from '../contract/repository.ts';
import { helmPath, withoutKubeTools } from '../support/kube-tools.ts';

const folder = 'examples/helm/gitlab-chatops';
const chart = path.join(root, folder);
const config = 'examples/production-app/chatops.yml';
const needed = ['--set', 'existingSecret=chatops-env', '--set-file', `config=${path.join(root, config)}`];

/** Set by the chart itself, since they belong to its mounts and its port. */
const fixed = { CHATOPS_CONFIG: '/config/chatops.yml', DATABASE_URL: 'sqlite:/data/chatops.db', PORT: '3000' };

const Resource = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) });

async function helm(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(helmPath ?? 'helm', [...args]);
  return stdout;
}

/** What `helm install` would hand to Kubernetes, by kind. */
async function rendered(...values: readonly string[]) {
  const text = await helm('template', 'chatops', chart, ...needed, ...values);
  const resources = parseAllDocuments(text).map((document) => Resource.parse(document.toJS()));
  return Object.fromEntries(resources.map((resource) => [resource.kind, resource]));
}

describe(`the Helm chart${withoutKubeTools}`, () => {
  const run = it.skipIf(helmPath === undefined);

  run('has nothing that helm lint minds', async () => {
    await expect(helm('lint', '--strict', chart, ...needed)).resolves.toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  run('makes one pod, which is not root and writes to its disk alone', async () => {
    const { StatefulSet } = await rendered();

    expect(StatefulSet).toMatchObject({
      spec: {
        replicas: 1,
        template: {
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
            containers: [
              {
                envFrom: [{ secretRef: { name: 'chatops-env' } }],
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ['ALL'] },
                },
                livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
                readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
                ports: [{ name: 'http', containerPort: Number(fixed.PORT) }],
                volumeMounts: [
                  { name: 'data', mountPath: path.posix.dirname(fixed.DATABASE_URL.replace('sqlite:', '')) },
                  { name: 'config', mountPath: path.posix.dirname(fixed.CHATOPS_CONFIG), readOnly: true },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              },
            ],
          },
        },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
      },
    });
  });

  run('makes several pods without a disk on a Postgres, whose address is in the Secret', async () => {
    const { StatefulSet } = await rendered('--set', 'postgres.enabled=true,postgres.replicas=3');

    expect(StatefulSet).toMatchObject({
      spec: {
        replicas: 3,
        template: { spec: { containers: [{ volumeMounts: [{ name: 'config' }, { name: 'tmp' }] }] } },
      },
    });
    const text = JSON.stringify(StatefulSet);
    expect(text).not.toContain('DATABASE_URL');
    expect(text).not.toContain('volumeClaimTemplates');
  });

  run('hands chatops.yml over as it is', async () => {
    const { ConfigMap } = await rendered();

    expect(ConfigMap).toMatchObject({ data: { 'chatops.yml': read(config).trimEnd() } });
  });

  run('sets what belongs to its mounts, and the settings it is given', async () => {
    const { StatefulSet } = await rendered('--set', 'settings.GITLAB_URL=https://gitlab.example.com');

    const set = { ...fixed, GITLAB_URL: 'https://gitlab.example.com' };
    const env = Object.entries(set).map(([name, value]) => ({ name, value }));
    expect(StatefulSet).toMatchObject({ spec: { template: { spec: { containers: [{ env }] } } } });
  });

  run('lets nothing in from outside, and asks for no operator, unless told', async () => {
    expect(Object.keys(await rendered()).toSorted()).toEqual(['ConfigMap', 'Service', 'StatefulSet']);
  });

  run('lets in what Slack and GitLab send, and nothing else', async () => {
    const { Ingress } = await rendered('--set', 'ingress.enabled=true,ingress.host=chatops.example.com');

    const paths = ['/slack/events', '/gitlab/webhook'].map((each) => expect.objectContaining({ path: each }));
    expect(Ingress).toMatchObject({ spec: { rules: [{ host: 'chatops.example.com', http: { paths } }] } });
  });

  run('has Prometheus ask the port of the Service', async () => {
    const { Service, ServiceMonitor } = await rendered('--set', 'serviceMonitor.enabled=true');

    expect(Service).toMatchObject({ spec: { ports: [{ name: 'http', targetPort: 'http' }] } });
    expect(ServiceMonitor).toMatchObject({ spec: { endpoints: [{ port: 'http', path: '/metrics' }] } });
  });

  run.each([
    ['without a Secret', ['--set', 'existingSecret='], 'existingSecret'],
    ['without a chatops.yml', ['--set-file', 'config=/dev/null'], 'config'],
    ['with a secret among the settings', ['--set', 'settings.GITLAB_TOKEN=glpat-1'], 'GITLAB_TOKEN'],
    ['with a number of replicas', ['--set', 'replicas=2'], 'replicas'],
    ['with an Ingress for no host', ['--set', 'ingress.enabled=true'], 'host'],
  ])('refuses to be installed %s', async (_, values, named) => {
    await expect(rendered(...values)).rejects.toMatchObject({ stderr: expect.stringContaining(named) });
  });
});

describe("the Helm chart's files", () => {
  it('are of the version of the package', () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));

    expect(parse(read(`${folder}/Chart.yaml`))).toMatchObject({ version, appVersion: version });
  });

  it('take every setting that is neither a secret nor set by the chart', () => {
    const Schema = z.object({
      properties: z.object({ settings: z.object({ properties: z.record(z.string(), z.unknown()) }) }),
    });
    const { properties } = Schema.parse(JSON.parse(read(`${folder}/values.schema.json`)));
    const open = describeSettings().filter(({ name, secret }) => !secret && !(name in fixed));

    expect(Object.keys(properties.settings.properties)).toEqual(open.map(({ name }) => name));
  });
});
