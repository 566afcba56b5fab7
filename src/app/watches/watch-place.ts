import { SlackError } from '../../domain/errors.ts';
import { type Phrase, say } from '../../domain/phrase.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { CommandContext } from '../command.ts';
import type { SlackPlace } from '../ports.ts';

/**
 * Why this place can be told of no project: a conversation between a few people, a channel that another company reads
 * too, or one that the bot is not in. Undefined: it can.
 */
export async function refusePlace(notDone: Phrase, context: CommandContext): Promise<Refusal | undefined> {
  const place = await lookAt(context);
  if (place === 'direct') {
    return {
      code: 'not_a_channel',
      notDone,
      fact: say`This is a conversation between a few people, not a channel.`,
      todo: [{ kind: 'say', phrase: say`Type it in the channel that is to be told.` }],
    };
  }
  if (place?.shared) {
    return {
      code: 'shared_channel',
      notDone,
      fact: say`This channel is shared with another company or workspace, which would read everything as well.`,
      todo: [{ kind: 'say', phrase: say`Type it in a channel of your own workspace.` }],
    };
  }
  if (place?.isMember) return undefined;
  return {
    code: 'bot_not_in_channel',
    notDone,
    fact: say`The bot is not in this channel, so it could not post here.`,
    todo: [
      { kind: 'type', line: '/invite @bot' },
      { kind: 'say', phrase: say`(with the name of this app), then type it again.` },
    ],
  };
}

async function lookAt({ channel, slack }: CommandContext): Promise<SlackPlace | 'direct' | undefined> {
  // Slack has no scope of ours to look into those.
  if (channel.startsWith('D')) return 'direct';
  const place = await slack.place(channel).catch((error: unknown) => {
    // We may look at channels, public and private: what is left are conversations of several people.
    if (error instanceof SlackError && error.slackCode === 'missing_scope') return 'direct' as const;
    throw error;
  });
  return place !== 'direct' && place?.kind === 'direct' ? 'direct' : place;
}
