import { describe, expect, it } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { tellBackButtons } from '../../../src/app/locks/wait-for-gitlab.ts';
import { GitLabError, NotFoundError } from '../../../src/domain/errors.ts';
import { aChannel, someRules } from '../../support/builders.ts';

const away = new GitLabError('502', { status: 502, method: 'GET', path: '/', outcome: 'none' });
const home = aChannel();
const settings = { commandPrefix: 'gl-', projects: [someRules({ channels: [home] })] };

/** What the button of the line stands for, typed in the project's channel unless said otherwise. */
function offered(
  line: string,
  { error = away, channel = home.id, threadTs }: { error?: Error; channel?: string; threadTs?: string } = {},
): string | undefined {
  const [name = '', ...rest] = line.split(' ');
  const asked = { name, text: rest.join(' '), channel, threadTs };
  const [button] = tellBackButtons(error, asked, { commands, settings: () => settings as never });
  return button?.value;
}

describe('Tell me when it is back', () => {
  it.each([
    ['/gl-deploy prod v1.4.0', '/deploy prod v1.4.0'],
    ['/rollback Prod “bad basket”', '/rollback Prod "bad basket"'],
    ['/rollback', '/rollback'],
    ['/play seed on main', '/play seed on main'],
    ['/pipeline run main', '/pipeline run main'],
    ['/pipeline retry', '/pipeline retry'],
    ['/pipeline cancel', '/pipeline cancel'],
    ['/approve prod v1.4.0', '/approve prod v1.4.0'],
  ])('is offered for %s', (typed, kept) => {
    expect(offered(typed)).toBe(kept);
  });

  it.each(['/pipeline show main', '/pipeline logs', '/deployments', '/deploy prod v1.4.0 --dry-run'])(
    'is not offered for what only looks: %s',
    (typed) => {
      expect(offered(typed)).toBeUndefined();
    },
  );

  it('keeps no values of variables', () => {
    expect(offered('/deploy prod v1.4.0 API_KEY=x')).toBeUndefined();
    expect(offered('/pipeline run main ROWS=1')).toBeUndefined();
  });

  it('is offered only where the line reads the same when it is told', () => {
    expect(offered('/deploy prod', { channel: 'C0ELSEWHERE' })).toBeUndefined();
    expect(offered('/deploy prod', { threadTs: '1.1' })).toBeUndefined();
    expect(offered('/rollback acme/production-app:prod --from 1a2b3c4d', { threadTs: '1.1' })).toBe(
      '/rollback acme/production-app:prod --from 1a2b3c4d',
    );
  });

  it('is not offered where GitLab answered', () => {
    const refused = new GitLabError('401', { status: 401, method: 'GET', path: '/', outcome: 'none' });
    expect(offered('/deploy prod', { error: refused })).toBeUndefined();
    expect(offered('/deploy prod', { error: new NotFoundError('404') })).toBeUndefined();
  });
});
