import type { Job, World } from '../world.ts';
import { pipelineOf } from '../world.ts';

const GREEN = '\u001B[32;1m';
const RED = '\u001B[31;1m';
const CYAN = '\u001B[36;1m';
const RESET = '\u001B[0;m';

/** A made-up token, so that masking in logs can be seen to work. */
const FAKE_TOKEN = `glpat-${'Sandb0x'.repeat(2)}FAKE00`;

/** The log of a job as a runner writes it: ANSI colours, section marks, carriage returns. */
export function writeTrace(world: World, job: Job, tail?: string): string {
  const at = Math.floor((job.startedAt ?? world.now()).getTime() / 1000);
  const pipeline = pipelineOf(world, job.pipelineId);
  const lines = [
    `${RESET}Running with gitlab-runner 18.6.1 (f1bbdea2)${RESET}`,
    `${RESET}  on sandbox-runner-1 Sb0x7Kq2, system ID: s_5a1d0b0c${RESET}`,
    `section_start:${at}:prepare_executor\r\u001B[0K${CYAN}Preparing the "docker" executor${RESET}`,
    `section_end:${at + 1}:prepare_executor\r\u001B[0K`,
    `section_start:${at + 1}:get_sources\r\u001B[0K${CYAN}Getting source from Git repository${RESET}`,
    `${GREEN}Fetching changes with git depth set to 20...${RESET}`,
    `${GREEN}Checking out ${pipeline.sha.slice(0, 8)} as detached HEAD (ref is ${pipeline.ref})...${RESET}`,
    `section_end:${at + 2}:get_sources\r\u001B[0K`,
    `section_start:${at + 2}:step_script\r\u001B[0K${CYAN}Executing "step_script" stage of the job script${RESET}`,
    ...job.script.map((line) => `${GREEN}$ ${firstLine(line)}${RESET}`),
    ...(job.status === 'failed' ? failureLines(job, tail) : successLines(job, tail)),
    `section_end:${at + 30}:step_script\r\u001B[0K`,
    job.status === 'failed'
      ? `${RED}ERROR: Job failed: exit code 1${RESET}`
      : `${GREEN}Job ${job.status === 'success' ? 'succeeded' : job.status}${RESET}`,
  ];
  return `${lines.join('\n')}\n`;
}

function firstLine(text: string): string {
  const [line = '', ...more] = text.trim().split('\n');
  return more.length > 0 ? `${line} # collapsed multi-line command` : line;
}

function successLines(job: Job, tail: string | undefined): readonly string[] {
  if (tail !== undefined) return [tail];
  if (/test/.test(job.name))
    return ['collected 48 items', '======= 48 passed in 12.31s =======', 'TOTAL   812   74   91%'];
  if (job.name === 'monitor-canary') {
    return [1, 2, 3].map((each) => `requests/min=${300 + each * 12} error_rate=0.000${each}`);
  }
  if (/^(deploy|rollback)/.test(job.name)) return ['Release has been upgraded. Happy Helming!', 'STATUS: deployed'];
  return ['done'];
}

function failureLines(job: Job, tail: string | undefined): readonly string[] {
  const own = tail === undefined ? (FAILURES.find(([pattern]) => pattern.test(job.name))?.[1] ?? FAILURE) : [tail];
  return [`fatal: Authentication tried with token ${FAKE_TOKEN}`, ...own];
}

const FAILURE: readonly string[] = ['Error: the command ended with an error'];

const FAILURES: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /test/,
    [
      '=================================== FAILURES ===================================',
      'FAILED tests/unit/test_checkout.py::test_total_with_discount - AssertionError: 9.99 != 10.0',
      '=================== 1 failed, 47 passed in 12.31s ====================',
      'TOTAL   812   84   89.7%',
    ],
  ],
  [/monitor-canary/, ['requests/min=312 error_rate=0.0221', 'Error rate 0.0221 is above 0.01']],
  [/verify/, ['Version mismatch: expected v1.4.0, got v1.3.0']],
  [/deploy|rollback/, ['Error: UPGRADE FAILED: context deadline exceeded']],
  [/scan/, ['Total: 2 (HIGH: 1, CRITICAL: 1)', 'CVE-2026-0001 openssl 3.0.15 fixed in 3.0.16']],
];
