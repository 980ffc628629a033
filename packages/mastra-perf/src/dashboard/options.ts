import * as z from 'zod/mini';
import { flag, oneOf, options } from '../base/schema.ts';

/** The page, its data and the metrics at Mastra's own server. */
export interface DashboardOptions {
  /**
   * Where the page is; the rest lies below it: `/data`, `/events`, `/metrics`, `/invalidate`, `/feedback`. Not below the prefix of Mastra's own
   * routes, which is `/api` by default.
   * @default '/perf'
   */
  readonly path?: string;
  /**
   * `true`: everything but the empty page asks for what the server's `auth` asks for. A server without `auth` gives it to this
   * machine only (`localhost`), and to nobody where `NODE_ENV` is `production`. `false`: to everybody who reaches the server, which
   * is right where something in front of it decides who does.
   * @default true
   */
  readonly requiresAuth?: boolean;
  /**
   * What does not leave the server. `'errors'`: the messages of errors, which may quote what a model was asked; their names and codes
   * remain. `'users'`: ids of users and resources; a mark takes the place of each, the same until the process ends.
   * @default ['errors']
   */
  readonly redact?: ReadonlyArray<'users' | 'errors'>;
  /**
   * `true`: the page shows the two questions of each answer that was given by meaning, so that somebody can tell whether it was right.
   * They are what users have written.
   * @default false
   */
  readonly showQuestions?: boolean;
}

export interface DashboardSettings {
  readonly path?: string;
  readonly requiresAuth?: boolean;
  readonly redact?: ReadonlyArray<'users' | 'errors'>;
  readonly showQuestions?: boolean;
}

export const DASHBOARD_DEFAULTS = {
  path: '/perf',
  requiresAuth: true,
  redact: ['errors'],
  showQuestions: false,
} as const;

const routePath = () =>
  z.custom<string>(
    (value) => typeof value === 'string' && value.length <= 200 && /^(\/[A-Za-z0-9._~-]+)+$/.test(value),
    { error: "a path such as '/perf', of letters, digits and -._~" },
  );

export const dashboardSchema = options(() => ({
  path: z.optional(routePath()),
  requiresAuth: z.optional(flag()),
  redact: z.optional(z.array(oneOf('users', 'errors'), { error: "an array of 'users' and 'errors'" })),
  showQuestions: z.optional(flag()),
}));
