import type { Background } from '../base/background.ts';
import { orAborted } from '../base/or-aborted.ts';
import type { Middleware, ModelCall, Reply } from '../pipeline/call.ts';
import { observe } from '../pipeline/observe.ts';
import { createChoose, type ChooseDeps, type Ready } from './choose.ts';
import type { Decisions } from './decision/decisions.ts';
import { givenIn, tokenOf } from './feedback-token.ts';
import { createJudgedPairs } from './judged-pairs.ts';
import { createLook, type LookDeps, type Looked } from './look.ts';
import { SEMANTIC_DEFAULTS, type SemanticSettings } from './options.ts';
import { questionIn } from './question-text.ts';
import { recentAnswers, type RecentAnswer } from './recent-answers.ts';
import { saidCollector, type Said } from './same-answer.ts';
import { semanticCounts, type SemanticStats } from './semantic-stats.ts';
import type { SemanticIndex } from './index/semantic-index.ts';

export interface SemanticCacheDeps
  extends Omit<LookDeps, 'counts'>, Pick<ChooseDeps, 'stored' | 'answerGuards'> {
  readonly background: Background;
  readonly index: SemanticIndex;
  readonly decisions: Decisions;
  /** Settings of an agent; `false` where its cache, or this, is off. */
  readonly settingsOf: (agent: string) => SemanticSettings | false;
  readonly createId: () => string;
}

/** Answers a question with the answer to another one that asks the same. */
export interface SemanticCache {
  /** Behind the look-up of the exact question, so that it sees what that has not. */
  readonly middleware: Middleware;
  /** Learns what came of an answer that was given; `false` for one that was not, or that was told before. */
  feedback(token: string, verdict: 'right' | 'wrong'): Promise<boolean>;
  /** The last answers that were given, the newest first. */
  recent(): readonly RecentAnswer[];
  /** {@link SemanticCache.feedback} for one of those, by its id. */
  judge(id: string, verdict: 'right' | 'wrong'): Promise<boolean>;
  /** An entry of a vector store could not be read. */
  unreadable(): void;
  stats(): SemanticStats;
}

export function semanticCache(deps: SemanticCacheDeps): SemanticCache {
  const { background, settingsOf, index, decisions, fault } = deps;
  const counts = semanticCounts();
  const judged = createJudgedPairs();
  const recent = recentAnswers();
  /** By what is learned of them. */
  const agents = new Map<string, string>();
  const look = createLook({ ...deps, counts });
  const { choose, compare, inShadow } = createChoose({
    ...deps,
    counts,
    judged,
    learned: decisions.learned,
  });

  const give = (looked: Looked, { pair, stored }: Ready, isVerified: boolean): Reply => {
    const { call, question, guards, group } = looked;
    const reply = stored.reply();
    counts.hits++;
    if (isVerified) counts.verified++;
    const { agent, resource } = call.caller;
    const { similarity, score } = pair;
    const id = deps.createId();
    const token = tokenOf({ id, agent, group, score, asked: call.key(), answered: pair.key });
    call.facts.outcome.semantic = {
      similarity,
      score,
      ...(isOneUsers(call) && { question: pair.text }),
      guards: guards.map(({ name }) => name),
      verified: isVerified,
      feedback: token,
    };
    recent.add(
      {
        id,
        at: deps.clock.now(),
        agent,
        ...(resource !== undefined && { resource }),
        similarity,
        score,
        isVerified,
        asked: question.text,
        answered: pair.text,
      },
      token,
    );
    return reply;
  };

  /** Once the answer is there, and stored, its question is one that others may be given the answer to. */
  const keep = async ({ bucket, question, vector }: Looked): Promise<void> => {
    try {
      await index.add(bucket, question.text, vector);
    } catch (error) {
      counts.failures.search++;
      fault(error);
    }
  };

  /** `done` gets what the model has said, if it was asked for this call alone and answered as it was asked. */
  const watched = (call: ModelCall, reply: Reply, done: (own: Said | undefined) => Promise<void>): Reply => {
    const collector = saidCollector();
    const parts = observe(
      reply.parts,
      {
        part: collector.see,
        end(status) {
          const { unlike, outcome } = call.facts;
          if (status !== 'ok' || unlike !== undefined) return;
          background.run(() => done(outcome.name === 'miss' ? collector.said() : undefined));
        },
      },
      fault,
    );
    return { ...reply, parts };
  };

  const middleware: Middleware = {
    name: 'semantic',
    async run(call, next) {
      const given = settingsOf(call.caller.agent);
      if (given === false || (call.overrides.cache ?? 'default') !== 'default') return next();
      const settings = { ...SEMANTIC_DEFAULTS, ...given };
      const question = isAnswer(call) ? questionIn(call.request, settings) : undefined;
      if (!question) {
        counts.skipped++;
        return next();
      }
      counts.lookups++;
      const looking = look(call, question, settings);
      if (settings.mode === 'shadow')
        return watched(call, await next(), async (own) => {
          const looked = await looking;
          if (!looked) return;
          agents.set(looked.group, call.caller.agent);
          await inShadow(looked, own);
          await keep(looked);
        });
      // Who has left waits for nothing; what was begun for the call goes on to its own time limit, for the next one.
      const { abortSignal } = call.request;
      const looked = await orAborted(looking, abortSignal);
      if (!looked) return next();
      agents.set(looked.group, call.caller.agent);
      const chosen = await orAborted(choose(looked), abortSignal);
      if (chosen.given) return give(looked, chosen.given, chosen.given.isVerified);
      return watched(call, await next(), async (own) => {
        if (chosen.compare && own) compare(looked, chosen.compare, own);
        await keep(looked);
      });
    },
  };

  const feedback = async (token: string, verdict: 'right' | 'wrong'): Promise<boolean> => {
    const given = givenIn(token);
    const settings = given && settingsOf(given.agent);
    if (!given || !settings || !judged.isNew(given.id)) return false;
    const isRight = verdict === 'right';
    const { maxErrorRate = SEMANTIC_DEFAULTS.maxErrorRate } = settings;
    const decision = await decisions.of(given.group, maxErrorRate);
    counts[verdict]++;
    recent.judge(given.id, verdict);
    agents.set(given.group, given.agent);
    decision.learn(given.score, isRight);
    if (!isRight) decision.refuse(given.score, given.answered);
    judged.judge(given.asked, given.answered, isRight);
    decisions.learned();
    return true;
  };

  return {
    middleware,
    feedback,
    recent: recent.list,
    async judge(id, verdict) {
      const token = recent.tokenOf(id);
      return token === undefined ? false : feedback(token, verdict);
    },
    unreadable: () => void counts.failures.unreadable++,
    stats: () => ({
      ...counts,
      refused: { ...counts.refused },
      failures: { ...counts.failures },
      ...index.size(),
      learned: [...decisions.all()].map(([group, decision]) => {
        const threshold = decision.threshold();
        return {
          agent: agents.get(group) ?? '',
          ...(threshold !== undefined && { threshold }),
          ...decision.evidence(),
          curve: decision.curve(),
        };
      }),
    }),
  };
}

/** What a processor or a memory asks is about a text, and no question of a user. */
const isAnswer = ({ caller }: ModelCall): boolean =>
  caller.cause === undefined || caller.cause.purpose === 'answer';

/** Where several users share answers by choice, the words of one are still not shown to another. */
const isOneUsers = ({ caller }: ModelCall): boolean =>
  caller.scope[0] === 'resource' || caller.resource === undefined;
