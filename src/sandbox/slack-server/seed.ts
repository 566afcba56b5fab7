import type { SandboxChannel, SandboxUser, Workspace } from './workspace.ts';

const TEAM = 'T0ACME';
const BOT = 'U0CHATOPS';

const PEOPLE: readonly SandboxUser[] = [
  person('U0ANN', 'ann', 'Ann Smith', 'Europe/Paris'),
  person('U0RAJ', 'raj', 'Raj Patel', 'Asia/Kolkata'),
  person('U0MIA', 'mia', 'Mia Novak', 'America/New_York'),
  person('U0OLU', 'olu', 'Olu Ade', 'Africa/Lagos'),
  { ...person('U0GIL', 'gil', 'Gil Guest', 'Europe/Berlin'), isGuest: true },
  { ...person(BOT, 'chatops', 'ChatOps', 'Etc/UTC'), email: '', isBot: true },
];

const STAFF = ['U0ANN', 'U0RAJ', 'U0MIA', 'U0OLU'];

const CHANNELS: readonly SandboxChannel[] = [
  channel('C0DEPLOYS', 'deploys', [...STAFF, 'U0GIL', BOT]),
  channel('C0CANARY', 'canary', [...STAFF, BOT]),
  channel('C0RELEASE', 'release-approvals', [...STAFF, BOT]),
  channel('C0OPS', 'chatops-ops', [...STAFF, BOT]),
  channel('C0RANDOM', 'random', STAFF),
  ...STAFF.map(directMessage),
];

/**
 * A small company: five people, five channels and a direct message with the app for each of the staff; the app
 * is not in #random, and Gil is a guest.
 */
export function createWorkspace(): Workspace {
  return {
    teamId: TEAM,
    teamName: 'Acme',
    teamDomain: 'acme',
    appId: 'A0CHATOPS',
    botUserId: BOT,
    botId: 'B0CHATOPS',
    users: new Map(PEOPLE.map((user) => [user.id, user])),
    channels: new Map(CHANNELS.map((entry) => [entry.id, entry])),
    userGroups: new Map([
      ['S0ONCALL', { id: 'S0ONCALL', handle: 'oncall', name: 'On call', users: ['U0MIA'] }],
      ['S0PLATFORM', { id: 'S0PLATFORM', handle: 'platform', name: 'Platform', users: ['U0OLU'] }],
    ]),
    messages: new Map(),
    ephemerals: [],
    views: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    sequence: 100,
  };
}

function person(id: string, name: string, realName: string, tz: string): SandboxUser {
  return {
    id,
    name,
    realName,
    email: `${name}@acme.example`,
    tz,
    teamId: TEAM,
    isGuest: false,
    isBot: false,
    deleted: false,
  };
}

function channel(id: string, name: string, members: readonly string[]): SandboxChannel {
  return { id, name, kind: 'public', isArchived: false, members: new Set(members) };
}

function directMessage(userId: string): SandboxChannel {
  return { id: `D${userId.slice(1)}`, name: '', kind: 'im', isArchived: false, members: new Set([userId, BOT]) };
}
