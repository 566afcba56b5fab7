import type { Checks } from '../../domain/audit.ts';
import type { ShownGate } from './read-gates.ts';

/** What the gates said, as the audit has it. */
export function checksOf(gates: readonly ShownGate[], target: string): Checks {
  return Object.fromEntries(
    gates.map(({ gate, environment, answer }) => [environment === target ? gate : `${gate}@${environment}`, answer]),
  );
}
