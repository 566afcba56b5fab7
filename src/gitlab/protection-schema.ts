import { z } from 'zod';
import { number, text } from './approval-schema.ts';

/**
 * Of a group `name` is a tier.
 * @see https://docs.gitlab.com/api/protected_environments/#list-protected-environments
 * @see https://docs.gitlab.com/api/group_protected_environments/#list-group-level-protected-environments
 */
export const ProtectedEnvironmentPayload = z.object({
  name: z.string(),
  deploy_access_levels: z.array(z.object({ user_id: number, group_id: number, access_level: number })),
  // Before there were rules.
  required_approval_count: number,
  approval_rules: z
    .array(
      z.object({
        user_id: number,
        group_id: number,
        access_level: number,
        access_level_description: text,
        required_approvals: number,
      }),
    )
    .nullish(),
});
export type ProtectedEnvironmentPayload = z.infer<typeof ProtectedEnvironmentPayload>;
