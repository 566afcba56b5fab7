import type { z } from 'zod';
import type { DecodedDelivery, DomainEvent } from '../domain/event.ts';
import type { TagNews } from '../domain/tag-news.ts';
import { decodeApprovalHook, decodeDeploymentHook } from './events/deployment.ts';
import { decodeJobHook } from './events/job.ts';
import { decodePipelineHook } from './events/pipeline.ts';
import { decodeReleaseHook } from './events/release.ts';
import { decodeTagPushHook } from './events/tag.ts';
import { DeploymentHook, describeIssues, JobHook, PipelineHook, ReleaseHook, TagPushHook } from './schema.ts';

/**
 * Reads the body of a GitLab webhook. Never throws: what is well formed but not for us is `ignored`, and what claims to
 * be for us but cannot be read is `malformed` with the path of what is wrong.
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export function decodeDelivery(body: string): DecodedDelivery {
  let payload: unknown;
  try {
    payload = JSON.parse(body);
  } catch {
    // The parser's message quotes the body, which must not get into logs.
    return { kind: 'malformed', problem: 'body: not JSON' };
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { kind: 'malformed', problem: 'body: not an object' };
  }
  return decodeByKind(payload as Readonly<Record<string, unknown>>);
}

function decodeByKind(payload: Readonly<Record<string, unknown>>): DecodedDelivery {
  switch (payload['object_kind']) {
    case 'pipeline':
      return decodeAs(PipelineHook, payload, (hook) => ({ kind: 'event', event: decodePipelineHook(hook) }));
    case 'build':
      return decodeAs(JobHook, payload, (hook) =>
        toDelivery(decodeJobHook(hook), { kind: 'malformed', problem: 'project: absent, and repository names none' }),
      );
    case 'deployment':
      return decodeAs(DeploymentHook, payload, (hook) =>
        toDelivery(decodeDeploymentHook(hook), { kind: 'approval_news', news: decodeApprovalHook(hook) }),
      );
    case 'tag_push':
      return decodeAs(TagPushHook, payload, (hook) => toNews(decodeTagPushHook(hook)));
    case 'release':
      return decodeAs(ReleaseHook, payload, (hook) => toNews(decodeReleaseHook(hook)));
    case undefined:
    case null:
      // Member and system hooks name only an event; a custom webhook template can leave out everything.
      return { kind: 'ignored', reason: typeof payload['event_name'] === 'string' ? 'unknown_kind' : 'template_body' };
    default:
      return typeof payload['object_kind'] === 'string'
        ? { kind: 'ignored', reason: 'unknown_kind' }
        : { kind: 'malformed', problem: 'object_kind: not a string' };
  }
}

function decodeAs<T>(schema: z.ZodType<T>, payload: unknown, decode: (hook: T) => DecodedDelivery): DecodedDelivery {
  const result = schema.safeParse(payload);
  return result.success ? decode(result.data) : { kind: 'malformed', problem: describeIssues(result.error) };
}

function toNews(news: TagNews | undefined): DecodedDelivery {
  return news ? { kind: 'tag_news', news } : { kind: 'ignored', reason: 'unknown_kind' };
}

function toDelivery(event: DomainEvent | undefined, otherwise: DecodedDelivery): DecodedDelivery {
  return event ? { kind: 'event', event } : otherwise;
}
