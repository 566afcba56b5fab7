import { existsSync } from 'node:fs';
import path from 'node:path';
import { helmPath, kubectlPath } from '../../support/kube-tools.ts';

/** Where jobs find their programs after the stand-ins: the system's own first, since pytest and black come from there. */
export const toolPath = ['/usr/bin', '/bin', '/usr/local/bin'].join(path.delimiter);

const needed =
  'bash git rsync curl jq python3 pytest black isort flake8 pylint radon prometheus promtool shellcheck'.split(' ');

/** Names of the programs that are not on this machine. */
export const absentTools: readonly string[] = [
  ...needed.filter((tool) => !toolPath.split(path.delimiter).some((folder) => existsSync(path.join(folder, tool)))),
  ...(helmPath === undefined ? ['helm'] : []),
  ...(kubectlPath === undefined ? ['kubectl'] : []),
];

// Where all is known to be installed, a test that leaves itself out would hide that something is missing.
if (absentTools.length > 0 && process.env['PIPELINE_TOOLS'] === 'required') {
  throw new Error(`PIPELINE_TOOLS=required, but these are not installed: ${absentTools.join(', ')}`);
}

/** Why tests are left out here, to stand in their title; empty where they run. */
export const withoutTools =
  absentTools.length === 0 ? '' : ` (skipped: no ${absentTools.join(', ')} here; .ci/run installs them)`;
