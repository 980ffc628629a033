import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import type { Installation } from './installation.ts';
import { reasonOf } from './reason.ts';
import type { Finding, SkippedCheck } from './report.ts';

/** How long one check may look at one subject. */
export const CHECK_MS = 5000;

export interface CheckSpec<S extends { readonly where: string }> {
  readonly name: string;
  /** Why it is skipped when there is no subject. */
  readonly absent: string;
  subjects(installation: Installation): readonly S[];
  /** May reject; a `NotApplicable` says why in its message. */
  examine(subject: S, clock: Clock): Finding[] | Promise<Finding[]>;
}

interface CheckResult {
  readonly findings: readonly Finding[];
  readonly skipped: readonly SkippedCheck[];
  /** Whether at least one subject was looked at. */
  readonly done: boolean;
}

export interface Check {
  readonly name: string;
  /** Never rejects, and settles in {@link CHECK_MS}. */
  run(installation: Installation, clock: Clock): Promise<CheckResult>;
}

/** A check whose subjects are looked at side by side: one that fails does not hide what is wrong with the others. */
export function defineCheck<S extends { readonly where: string }>(spec: CheckSpec<S>): Check {
  const { name, absent } = spec;
  return {
    name,
    async run(installation, clock) {
      const subjects = spec.subjects(installation);
      if (subjects.length === 0)
        return { findings: [], skipped: [{ check: name, reason: absent }], done: false };
      const examined = await Promise.allSettled(
        subjects.map((subject) => withDeadline(clock, CHECK_MS, async () => spec.examine(subject, clock))),
      );
      const findings = examined.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
      const skipped = examined.flatMap((one, at) =>
        one.status === 'rejected'
          ? [{ check: name, reason: `${subjects[at]?.where}: ${reasonOf(one.reason)}` }]
          : [],
      );
      return { findings, skipped, done: skipped.length < subjects.length };
    },
  };
}
