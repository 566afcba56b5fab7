import type { ServerResponse } from 'node:http';
import { sendJson } from './server.ts';

/** Answers `/slack/events` in Socket Mode, where nothing of Slack's comes in here and nothing else may either. */
export function refuseSlackEvents(_request: unknown, response: ServerResponse): void {
  sendJson(response, 404, {
    error: 'socket_mode',
    message: 'This bot is reached by Socket Mode, since SLACK_APP_TOKEN is set: switch it on for the Slack app too.',
  });
}
