/** A time without deployments as it is written down: crons (`0 16 * * 5`) or moments (`2026-12-20T00:00`) in a zone. */
export interface FreezePeriod {
  readonly from: string;
  readonly to: string;
  /** IANA zone name in which both are read. */
  readonly timezone: string;
}

/** Who ordered the freeze. Only ours can be overridden. */
export type FreezeSource = 'settings' | 'gitlab';

/** A stretch of time without deployments; `to` is the first moment after it. */
export interface FreezeWindow {
  readonly source: FreezeSource;
  readonly from: Date;
  readonly to: Date;
}

/** The last of the freezes that hold now, those of GitLab first, since nobody can override them. */
export function freezeNow(windows: readonly FreezeWindow[], now: Date): FreezeWindow | undefined {
  return windows
    .filter(({ from, to }) => from <= now && now < to)
    .toSorted(
      (a, b) => Number(b.source === 'gitlab') - Number(a.source === 'gitlab') || b.to.getTime() - a.to.getTime(),
    )
    .at(0);
}
