import { z } from 'zod';
import { DeploymentPayload, PersonPayload } from './schema.ts';
import { parseTimestamp } from './timestamp.ts';

/** A number where GitLab gives one. */
export const number = z
  .number()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined);
/** A text where GitLab gives one. */
export const text = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined);
const ApprovalPayload = z.object({
  user: PersonPayload,
  status: z.string(),
  comment: text,
  created_at: z.string().nullish().catch(undefined).transform(parseTimestamp),
});

/**
 * What the list of deployments leaves out. GitLab Free leaves it out here too.
 * @see https://docs.gitlab.com/api/deployments/#get-a-specific-deployment
 */
export const DeploymentApprovalPayload = DeploymentPayload.extend({
  pending_approval_count: number,
  approvals: z.array(ApprovalPayload).nullish(),
  approval_summary: z
    .object({
      rules: z.array(
        z.object({
          user_id: number,
          group_id: number,
          access_level: number,
          access_level_description: text,
          required_approvals: number,
          deployment_approvals: z.array(ApprovalPayload).nullish(),
        }),
      ),
    })
    .nullish(),
});
export type DeploymentApprovalPayload = z.infer<typeof DeploymentApprovalPayload>;
