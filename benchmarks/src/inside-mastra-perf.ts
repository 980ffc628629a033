/*
 * What users cannot reach, and is worth a figure of its own: the memory tier of the response cache. Nothing else of the
 * packages is imported by a path.
 */
// oxlint-disable-next-line walls/imports -- a look-up alone cannot be measured from outside
export { localTier } from '../../packages/mastra-perf/src/cache/local-tier.ts';
// oxlint-disable-next-line walls/imports -- see above
export { readParts, writeParts } from '../../packages/mastra-perf/src/pipeline/answer-text.ts';
// oxlint-disable-next-line walls/imports -- see above
export { systemClock } from '../../packages/mastra-perf/src/base/clock.ts';
