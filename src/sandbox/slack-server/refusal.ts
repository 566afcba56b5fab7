import type { JsonObject } from './json.ts';

/** What Slack answers with `ok: false`. Thrown inside a method, turned into the body where the call came in. */
export class ApiRefusal extends Error {
  readonly slackError: string;
  readonly extra: JsonObject;

  constructor(slackError: string, extra: JsonObject = {}) {
    super(slackError);
    this.name = 'ApiRefusal';
    this.slackError = slackError;
    this.extra = extra;
  }
}

/** A deed that Slack's own client would not let the person do: no such button, not a member, deactivated. */
export class SandboxRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SandboxRefusal';
  }
}

/** The refusal of an argument, with the reason where Slack puts it. */
export function refuseArgument(message: string): ApiRefusal {
  return new ApiRefusal('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${message}`] } });
}
