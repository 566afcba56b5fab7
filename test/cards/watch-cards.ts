import { renderAuditEntries } from '../../src/cards/audit-entries.ts';
import type { Card } from '../../src/cards/card.ts';
import { renderWatches } from '../../src/cards/watches.ts';
import { renderUnwatched, renderWatching, renderWatchStarted } from '../../src/cards/watching.ts';
import { renderWhoAmI } from '../../src/cards/who-am-i.ts';
import { ann, at, project } from './builders.ts';

const watch = {
  channel: 'C0DEPLOYS',
  project: project.path,
  deployable: true,
  by: { slackUserId: 'U0ANN', username: 'ann' },
  since: at('09:55'),
};
const watching = { watch, notify: ['failed', 'fixed'], undo: `/chatops unwatch ${project.path}` } as const;
const myself = {
  link: '/chatops link',
  actor: ann,
  configured: 'ann',
  email: false,
  restricted: false,
  admin: false,
  timezone: 'Europe/Paris',
};

const entry = { at: at('09:55'), actor: ann, action: 'deploy', outcome: 'refused', reason: 'locked' } as const;

/** The cards of `/chatops watch`, `unwatch`, `whoami` and `audit` in each of their states. */
export const watchCards: Readonly<Record<string, Card>> = {
  'watching, webhook there': renderWatching({ ...watching, changed: false, hook: 'present' }),
  'watching, webhook missing': renderWatching({ ...watching, changed: false, hook: 'missing' }),
  'watching, notices only': renderWatching({
    ...watching,
    watch: { ...watch, deployable: false },
    changed: true,
    hook: 'unseen',
  }),
  'watching, polled': renderWatching({ ...watching, changed: false, hook: 'polled' }),
  'watching a group': renderWatching({
    ...watching,
    watch: { ...watch, project: 'acme/*' },
    changed: false,
    hook: 'group',
  }),
  'watch started': renderWatchStarted(watching),
  'watch ended': renderUnwatched({ watch, redo: `/chatops watch ${project.path} failed fixed` }),
  'audit, nothing': renderAuditEntries({ entries: [], project: project.path, environment: undefined, head: undefined }),
  'audit, of an environment': renderAuditEntries({
    entries: [
      { ...entry, version: 'v1.4.0', environment: 'production', url: project.url },
      { ...entry, action: 'lock', outcome: 'succeeded', reason: undefined, actor: 'chatops' },
      { ...entry, action: 'deployment.observed', outcome: 'failed', actor: 'chatops', observed: ann.gitlab },
    ],
    project: project.path,
    environment: 'production',
    head: `1204:${'9f'.repeat(32)}`,
  }),
  'watches, none': renderWatches({ watched: [], add: '/chatops watch group/project' }),
  'watches, by people and in the file': renderWatches({
    watched: [
      { project: project.path, notify: ['failed'], from: { kind: 'file', place: 'chatops.yml line 3' } },
      {
        project: 'acme/payments/*',
        notify: ['failed'],
        from: { kind: 'watch', by: 'ann', since: at('09:55'), deployable: false },
      },
    ],
    add: '/chatops watch group/project',
  }),
  'who am i': renderWhoAmI({
    ...myself,
    standings: [
      { project: project.path, role: 'developer', environments: { may: ['staging'], mayNot: ['production'] } },
      { project: 'acme/website', role: 'none', environments: undefined },
    ],
  }),
  'who am i, an admin who is a guest': renderWhoAmI({ ...myself, restricted: true, admin: true, standings: [] }),
  'who am i, linked': renderWhoAmI({ ...myself, actor: { ...myself.actor, knownBy: 'link' }, standings: [] }),
  'who am i, with a broken link': renderWhoAmI({
    ...myself,
    actor: { ...myself.actor, knownBy: 'broken_link' },
    standings: [],
  }),
  'who am i, unknown where linking is off': renderWhoAmI({
    ...myself,
    link: undefined,
    actor: { slackUserId: 'U0NEW', gitlab: undefined },
    configured: undefined,
    standings: [],
  }),
  'who am i, unknown': renderWhoAmI({
    ...myself,
    actor: { slackUserId: 'U0NEW', gitlab: undefined },
    configured: undefined,
    standings: [],
  }),
  'who am i, by e-mail': renderWhoAmI({
    ...myself,
    email: true,
    actor: { ...myself.actor, knownBy: 'email' },
    configured: undefined,
    standings: [],
  }),
  'who am i, an address that nobody in gitlab shows': renderWhoAmI({
    ...myself,
    email: true,
    actor: { slackUserId: 'U0NEW', gitlab: undefined },
    configured: undefined,
    standings: [],
  }),
  'who am i, unknown to gitlab': renderWhoAmI({
    ...myself,
    actor: { slackUserId: 'U0NEW', gitlab: undefined },
    configured: 'nobody',
    standings: [],
  }),
};
