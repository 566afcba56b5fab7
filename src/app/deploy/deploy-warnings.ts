import { takenBackWords } from '../../cards/taken-back.ts';
import { type Phrase, say } from '../../domain/phrase.ts';
import type { Shipment } from '../../domain/plan.ts';
import type { AskedDeploy } from './ask-deploy-gates.ts';

/** What the plan of a deploy says of what is live, beside what would ship. */
export function deployWarnings(
  { request, state, found, release }: Pick<AskedDeploy, 'request' | 'state' | 'found' | 'release'>,
  shipment: Shipment | undefined,
): readonly Phrase[] {
  const { live, takenBack } = state;
  if (!live) return [];
  const version = live.ref ?? 'another version';
  const isOlder = live.pipelineId !== undefined && live.pipelineId > found.pipeline.id && live.sha !== release.sha;
  return [
    ...(takenBack
      ? [
          say`${takenBackWords(request.environment.name, takenBack)} What ships is counted from ${version}, which it left.`,
        ]
      : []),
    ...(isOlder
      ? [
          say`A newer pipeline was deployed since (${version}). GitLab refuses older ones where outdated deployment jobs are prevented.`,
        ]
      : []),
    ...(live.sha && !shipment
      ? [say`GitLab could not compare it with what is live, so the commits are not listed.`]
      : []),
  ];
}
