import { z } from 'zod';
import { freezeProblem } from './freeze-calendar.ts';
import { Text } from './plain-values.ts';

/** A time without deployments, as written in `chatops.yml`. */
export const Freeze = z
  .strictObject({
    from: Text.meta({ description: 'A cron with five fields, or a date and time.' }),
    to: Text.meta({ description: 'The same for its end.' }),
    timezone: Text.default('UTC').meta({ description: 'IANA name of the zone in which both are read.' }),
  })
  .superRefine((period, context) => {
    const problem = freezeProblem(period);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({
    mend: "Write it like { from: '0 16 * * 5', to: '0 8 * * 1', timezone: Europe/Paris } or { from: 2026-12-20T00:00, to: 2027-01-04T08:00 }",
  });
