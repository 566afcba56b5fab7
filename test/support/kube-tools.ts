import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where `.ci/helm-and-kubectl` puts them when no other folder is named. */
const cache = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'kube-tools');

/** The path of a program of Kubernetes' on this machine, or undefined: the fetched one of a known version before PATH's. */
function kubeTool(name: 'helm' | 'kubectl'): string | undefined {
  const folders = [cache, ...(process.env['PATH'] ?? '').split(path.delimiter)];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/** Where helm lies on this machine, or undefined. */
export const helmPath = kubeTool('helm');

/** Where kubectl lies on this machine, or undefined. */
export const kubectlPath = kubeTool('kubectl');

/** Why tests with helm or kubectl are left out here, to stand in their title; empty where they run. */
export const withoutKubeTools =
  helmPath === undefined || kubectlPath === undefined
    ? ' (skipped: no helm or kubectl here; fetch them with .ci/helm-and-kubectl)'
    : '';
