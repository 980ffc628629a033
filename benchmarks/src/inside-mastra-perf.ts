/*
 * What users cannot reach, and is worth a figure of its own: the memory tier of the response cache, the parts that tokens are
 * counted with, and the choice of messages that are recalled. Nothing else of the packages is imported by a path.
 */
// oxlint-disable-next-line walls/imports -- a look-up alone cannot be measured from outside
export { localTier } from '../../packages/mastra-perf/src/cache/local-tier.ts';
// oxlint-disable-next-line walls/imports -- see above
export { readParts, writeParts } from '../../packages/mastra-perf/src/pipeline/answer-text.ts';
// oxlint-disable-next-line walls/imports -- see above
export { systemClock } from '../../packages/mastra-perf/src/base/clock.ts';
// oxlint-disable-next-line walls/imports -- see above
export { createTokenCounting } from '../../packages/mastra-perf/src/context/tokens/token-counting.ts';
// oxlint-disable-next-line walls/imports -- see above
export { loadEncoder } from '../../packages/mastra-perf/src/context/tokens/encoder.ts';
// oxlint-disable-next-line walls/imports -- see above
export { createPostings } from '../../packages/mastra-perf/src/context/recall/postings.ts';
// oxlint-disable-next-line walls/imports -- see above
export { createRecallIndex } from '../../packages/mastra-perf/src/context/recall/recall-index.ts';
// oxlint-disable-next-line walls/imports -- see above
export { select } from '../../packages/mastra-perf/src/context/recall/select.ts';
// oxlint-disable-next-line walls/imports -- see above
export { terms } from '../../packages/mastra-perf/src/context/recall/terms.ts';
