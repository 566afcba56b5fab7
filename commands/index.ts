import type { Command } from '../src/app/command.ts';
import { approve } from './approve.ts';
import { createChatops } from './chatops.ts';
import { deploy } from './deploy.ts';
import { deployments } from './deployments.ts';
import { lock } from './lock.ts';
import { pipeline } from './pipeline.ts';
import { play } from './play.ts';
import { reject } from './reject.ts';
import { rollback } from './rollback.ts';
import { unlock } from './unlock.ts';

const own: readonly Command[] = [deploy, rollback, approve, reject, play, pipeline, lock, unlock, deployments];

/** Every slash command, in the order help shows them. `manifest.yml` and the README are compared with it. */
export const commands: readonly Command[] = [...own, createChatops(own)];
