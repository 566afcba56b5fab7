import type { Flow } from './flow.ts';

/** Takes a tag to production on GitLab's page, without the bot; gives its pipeline's id. */
export async function toProductionByHand(
  { gitlab }: Flow,
  tag: string,
  outcome: 'success' | 'failed' = 'success',
): Promise<number> {
  const { id } = await gitlab.pushTag(tag);
  await gitlab.settle(id);
  await gitlab.play(gitlab.job('deploy-canary', id).id);
  await gitlab.settle(id);
  await gitlab.play(gitlab.job('deploy-prod', id).id);
  await gitlab.finish('deploy-prod', outcome, { pipelineId: id });
  if (outcome === 'success') await gitlab.settle(id);
  return id;
}
