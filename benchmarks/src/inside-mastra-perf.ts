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
export { createHeldThread } from '../../packages/mastra-perf/src/context/recall/held-thread.ts';
// oxlint-disable-next-line walls/imports -- see above
export { marksOf } from '../../packages/mastra-perf/src/context/recall/prompt-texts.ts';
// oxlint-disable-next-line walls/imports -- see above
export { createRecall } from '../../packages/mastra-perf/src/context/recall/recall.ts';
// oxlint-disable-next-line walls/imports -- see above
export { recalledBlock } from '../../packages/mastra-perf/src/context/recall/recalled-block.ts';
// oxlint-disable-next-line walls/imports -- see above
export { select } from '../../packages/mastra-perf/src/context/recall/select.ts';
// oxlint-disable-next-line walls/imports -- see above
export { terms } from '../../packages/mastra-perf/src/context/recall/terms.ts';
// oxlint-disable-next-line walls/imports -- see above
export type {
  Conversation as StoredConversation,
  StoredMessage,
} from '../../packages/mastra-perf/src/pipeline/conversation.ts';
// oxlint-disable-next-line walls/imports -- see above
export { createRecorder } from '../../packages/mastra-perf/src/monitor/recorder.ts';
// oxlint-disable-next-line walls/imports -- see above
export { packSketch } from '../../packages/mastra-perf/src/monitor/sketch-codec.ts';
// oxlint-disable-next-line walls/imports -- see above
export { Sketch } from '../../packages/mastra-perf/src/monitor/sketch.ts';
// oxlint-disable-next-line walls/imports -- see above
export { memoryIndex } from '../../packages/mastra-perf/src/semantic/index/memory-index.ts';
// oxlint-disable-next-line walls/imports -- ten orders of a long stream take too long from outside
export { runStream, shuffled } from '../../packages/mastra-perf/src/semantic/decision/test-streams.ts';
// oxlint-disable-next-line walls/imports -- a pair of questions alone cannot be judged from outside
export { defaultGuards } from '../../packages/mastra-perf/src/semantic/guards/default-guards.ts';
// oxlint-disable-next-line walls/imports -- see above
export { normalText } from '../../packages/mastra-perf/src/semantic/guards/normal-text.ts';
// oxlint-disable-next-line walls/imports -- see above
export { pairScore } from '../../packages/mastra-perf/src/semantic/guards/pair-score.ts';
// oxlint-disable-next-line walls/imports -- see above
export {
  adversarialPairs,
  type WrittenPair,
} from '../../packages/mastra-perf/src/semantic/guards/test-adversarial-pairs.ts';
// oxlint-disable-next-line walls/imports -- see above
export { paraphrasePairs } from '../../packages/mastra-perf/src/semantic/guards/test-paraphrase-pairs.ts';
