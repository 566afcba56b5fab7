import { type Finding, ok, problem, warning } from './finding.ts';

const WARNING_MS = 60_000;
/** Slack's signatures and GitLab's signed webhooks are refused beyond it. */
const PROBLEM_MS = 300_000;

/** Compares this machine's clock with that of the other side. */
export function checkClock(side: 'GitLab' | 'Slack', theirs: Date | undefined, ours: Date): Finding {
  const code = `clock_${side.toLowerCase()}`;
  if (theirs === undefined) return ok(code, `${side} does not tell the time.`);
  const skewMs = ours.getTime() - theirs.getTime();
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  // The header has whole seconds, and the answer took a while.
  if (Math.abs(skewMs) <= WARNING_MS) return ok(code, `This clock and ${side}'s agree within a minute.`);
  const seen = `This machine's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ${side}'s.`;
  const mend = 'Set it by NTP, e.g. `timedatectl set-ntp true` on the host: requests five minutes off are refused.';
  return Math.abs(skewMs) > PROBLEM_MS ? problem(code, seen, mend) : warning(code, seen, mend);
}
