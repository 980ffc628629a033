/** Words of which one must be in a text, an expression, and what takes its place. */
export type Frame = readonly [needs: string, from: RegExp, to: string];

const REQUESTS =
  'show|list|give|send|book|set|create|find|open|close|cancel|delete|remove|add|update|change|schedule|remind|convert|translate|summarize|explain|write|generate|search|check|call|email|play|turn|stop|start|export|import|download|upload|recommend|suggest|buy|order|reserve|move|copy|reset|install';
const ANYBODY = '(?:i|you|we|one|someone|somebody|a person|people|anyone)';
const QUESTION = 'how|what|where|when|why|who|which|whether|if';
/** Not "should" and "would": how one should do it may be another way than how one can. */
const CAN = '(?:can|could|do|does|might|may|must|will)';
const BEST =
  '(?:the |a |an |some |any |one of the |some of the )?(?:best |good |great |proper |right |correct |possible |most effective |most efficient |effective |efficient |ideal )?';
const WAY = '(?:ways?|methods?|procedure)';
/** Verbs that lose an e before -ing. */
const LOSES_E = '[a-z]{0,20}(?:[vcz]|[^aeiou]g|mak|tak|us|writ|creat|rid|hid|shar|prepar)';
const DOUBLES = String.raw`(?!be|hav|do)([a-z]{2,20}?)(?:([bdgmnprt])\2)?`;
const frame = (needs: string, from: string, to: string): Frame => [needs, new RegExp(from, 'g'), to];

/**
 * Ways to ask in English that differ in words only, each as one form, in this order. The texts are folded, without stops. Every gap in an
 * expression has a limit, so that the work stays linear; most expressions are not tried at all, for want of their word.
 */
export const englishFrames: readonly Frame[] = [
  frame('', `^((?:in|at|on|for|during|as) (?:[^ ]{1,30} ){1,4}?)(?=(?:${QUESTION})\\b)(.{1,300})$`, '$2 $1'),
  ['order', /\bin order to\b/g, 'to'],
  ['from addition', /\b(?:aside from|apart from|in addition to)\b/g, 'besides'],
  ['behind', /\breasons? behind\b/g, 'reason for'],
  frame('like', `\\bis it like (${LOSES_E})ing\\b`, 'is it like to $1e'),
  ['like', /\bis it like being\b/g, 'is it like to be'],
  ['like', /\bis it like having\b/g, 'is it like to have'],
  frame('like', `\\bis it like ${DOUBLES}ing\\b`, 'is it like to $1$2'),
  ['well', /\bas well as\b/g, 'and'],
  ['prior', /\bprior to\b/g, 'before'],
  ['because', /\bbecause of\b/g, 'due to'],
  ['lot lots', /\b(?:a lot|lots) of\b/g, 'many'],
  ['weight', /\b(?:loose|reduce) weight\b/g, 'lose weight'],
  ['some', /\bsome of the (?=best|most|good)/g, 'the '],
  // Who is asked, and how kindly.
  frame(
    'tell show explain help advise teach',
    `\\b(?:can|could|would|will) (?:you|someone|anyone|somebody|anybody) (?:please )?(?:tell|show|explain|help|advise|teach)(?: to)?(?: me| us)? (?=(?:${QUESTION})\\b)`,
    '',
  ),
  frame('me us', `\\b(?:please )?(?:tell|show|explain to|teach|advise) (?:me|us) (?=(?:${QUESTION})\\b)`, ''),
  frame(
    'to',
    `\\b(?:i|we) (?:want|would like|need|wish|am trying) to (?:know|learn|find out|understand|ask) (?=(?:${QUESTION})\\b)`,
    '',
  ),
  frame(
    'know wonder idea',
    `^(?:do you know|does (?:anyone|anybody) know|i wonder|any idea) (?=(?:${QUESTION})\\b)`,
    '',
  ),
  // "Can you export data" may ask whether that is possible.
  frame('you', `^(?:could|would|will) you (?:please )?(?=(?:${REQUESTS})\\b)`, ''),
  frame('please', `^can you please (?=(?:${REQUESTS})\\b)`, ''),
  frame('to', `^(?:i|we) (?:want|would like|need|wish) (?:you )?to (?=(?:${REQUESTS})\\b)`, ''),
  ['explain', /^(?:can|could|would) you (?:please )?explain (?=what\b)/g, ''],
  ['what', /^what ((?:[^ ]{1,30} ){1,5})(is|are|means)$/g, 'what $2 $1'],
  ['means', /^what means /g, 'what is the meaning of '],
  // How to.
  frame(
    'way ways method methods procedure',
    `\\b(?:what is|what are|which is|which are|is there|are there) ${BEST}${WAY} (?:to|(?:that |in which |by which )?(?:i|you|we|one) can|for me to) `,
    'how to ',
  ),
  frame(
    'way ways method methods procedure',
    `\\b(?:what|which) (?:is|are) ${BEST}${WAY} (?:of|for|in) (${LOSES_E})ing\\b`,
    'how to $1e',
  ),
  frame(
    'way ways method methods procedure',
    `\\b(?:what|which) (?:is|are) ${BEST}${WAY} (?:of|for|in) ${DOUBLES}ing\\b`,
    'how to $1$2',
  ),
  frame(
    'how',
    `\\bhow ${CAN} ${ANYBODY} (?:be able to |go about |best )?(?!(?:feel|think|like|rate|react|want)\\b)`,
    'how to ',
  ),
  ['how', /\bhow (?:is it possible|am i able|are you able) to\b/g, 'how to'],
  ['how', /\bhow (?:i|we|you|one) (?:can|could) /g, 'how to '],
  ['best', /\bhow to best\b/g, 'how to'],
  ['learn', /\blearn how to\b/g, 'learn to'],
  ['why', /\bwhy (i|we|you|people) (should|can|must) /g, 'why $2 $1 '],
  ['opinion', /\bin your (?:own )?opinion\b/g, ''],
  [
    'using help via through',
    /^(how to .{0,200}?)\b(?:by using|with the help of|via|through|using) /g,
    '$1by ',
  ],
  ['become', /\bhow to become\b/g, 'how to be'],
  ['back', /\b(?:get|getting) back (?=my\b)/g, 'recover '],
  [
    'good great top nice',
    /^((?:what|where|who) .{0,120}?)\b(?:good|great|top|nice) (?!at\b|for\b|to\b|enough\b)/g,
    '$1best ',
  ],
  ['why', /^((?!why\b).{1,300}?) (?:and )?why$/g, '$1'],
  ['happen', /\bwhat (?:will|would) happen (?=if|when)/g, 'what happens '],
  [
    'was were',
    /\bwhat (?:was|were) the (?=(?:best|worst|most|[a-z]{3,14}est) (?:[^ ]{1,30} ){1,4}you\b)/g,
    'what is the ',
  ],
  [
    'world earth time far now date there ever',
    /\b((?:best|worst|top|most|[a-z]{3,14}est) .{1,120}?) (?:in the (?:entire |whole )?world|on earth|of all time|so far|till now|until now|to date|out there|ever)$/g,
    '$1',
  ],
  ['difference differences', /\b(?:main|major|key|basic|biggest|real|exact|actual) (?=differences?\b)/g, ''],
  ['tips', /\b(?:what are|give me) (?:some |the )?(?:best |good |great )?tips (?:to|on how to) /g, 'how to '],
  ['money', /\bmake (?=(?:some |more )?money\b)/g, 'earn '],
  ['weather', /^how is the weather\b/g, 'what is the weather'],
  frame('where', `\\bwhere ${CAN} ${ANYBODY} `, 'where to '),
  ['what', /\bwhat (?:can|could|do|must) (?:i|you|we|one) do to\b/g, 'how to'],
  ['what', /\bwhat (?:can|could|do|should|must|shall) (?:i|you|we|one) do\b/g, 'what to do'],
  ['possible able', /\b(?:is it possible (?:for (?:me|one|us|you) )?|am i able |are we able )to /g, 'can i '],
  ['find get', /\bwhere to (?:find|get)\b/g, 'where to get'],
  ['done need', /\bwhat (?:can be done|do i need to do|does one need to do) to\b/g, 'how to'],
  // What it is.
  [
    'different differ',
    /\bhow (?:is|are|does|do) ((?:[^ ]{1,30} ){1,4})(?:different|differ) from (.{1,80})$/g,
    'what is the difference between $1and $2',
  ],
  ['different', /\bwhat is (?:so )?different between\b/g, 'what is the difference between'],
  ['cause causes reason reasons', /\bwhat (?:is|are) the (?:causes?|reasons?) (?:of|for) /g, 'what causes '],
  ['form', /\bwhat is the full form of (.{1,40})$/g, 'what does $1 stand for'],
  ['used', /\bwhat (?:is|are) ((?:[^ ]{1,30} ){1,5})used for$/g, 'what is the use of $1'],
  ['when', /\b(what to do|know) when\b/g, '$1 if'],
  ['there', /\b(is|are) there (?:any|some) /g, '$1 there '],
  ['married', /\bget married\b/g, 'marry'],
  ['happens', /\bwhat happens when\b/g, 'what happens if'],
  ['the', /\bthe us\b/g, 'usa'],
  ['u.s u.s.a', /(^| )u\.s(?:\.a)?(?= |$)/g, '$1usa'],
  ['mean', /\bwhat (?:does|do) ((?:[^ ]{1,30} ){1,5})mean\b/g, 'what is the meaning of $1'],
  ['cost', /\b(?:what|how much) (?:does|do) ((?:[^ ]{1,30} ){1,6})cost\b/g, 'how much is $1'],
  ['price prices cost costs', /\bwhat (?:is|are) the (?:price|cost)s? (?:of|for) /g, 'how much is '],
  ['which', /\bwhich (is|are) /g, 'what $1 '],
  ['some', /\b(what (?:is|are)|how) some (?:of the )?/g, '$1 '],
  ['one', /\bone of the best\b/g, 'the best'],
  [
    'what which',
    /^(?:what|which) (?:is|are) (?:the |a |some )?(?:best|good|great|top|greatest) /g,
    'what is the best ',
  ],
  [
    'it',
    /\b(?:how (?:is|does) it|what does it|what is it) (?:feel like |like |feel )?to\b/g,
    'what is it like to',
  ],
  [
    'best worst cheapest fastest safest easiest popular',
    /\b(?:what|which) ((?:[^ ]{1,30} ){1,4})(?:is|are) (?:the )?(best|worst|cheapest|fastest|safest|easiest|most popular)\b/g,
    'what is the $2 $1',
  ],
  ['ever', /\b(you|i|we|they|he|she) (?:have |has )?ever /g, '$1 have '],
  [
    'think thoughts opinion opinions view views',
    /\bwhat (?:do you think|are your thoughts|is your opinion|are your opinions|are your views|is your view) (?:of|on|about) /g,
    'opinion about ',
  ],
  ['time', /\bhow much time (?=(?:does|do|is|will)\b)/g, 'how long '],
  ['reason', /\bwhat is the reason (?:that |why )/g, 'why '],
  ['come', /\bhow come\b/g, 'why'],
  // Between two units.
  ['convert', /^convert ((?:[^ ]{1,30} ){1,5})(?:in)?to (.{1,60})$/g, 'how much is $1in $2'],
  ['many', /^how many ((?:[^ ]{1,30} ){1,3}?)are (?:there )?in (.{1,60})$/g, 'how much is $2 in $1'],
  // Two words for one, one for two.
  ['in into', /\b(?:log|sign|logged|signed) in(?:to)?\b/g, 'login'],
  ['out off', /\b(?:log|sign) (?:out|off)\b/g, 'logout'],
  ['sign', /\bsign up\b/g, 'register'],
  ['wi', /\bwi fi\b/g, 'wifi'],
  ['mail', /\be mail\b/g, 'email'],
  ['united', /\bunited states of america\b|\bunited states\b/g, 'usa'],
  ['united', /\bunited kingdom\b/g, 'uk'],
  ['phone', /\b(?:mobile|cell|smart) phone\b/g, 'cellphone'],
  ['now moment present', /\bright now\b|\bat the moment\b|\bat present\b/g, 'now'],
  ['pros', /\bpros and cons\b/g, 'advantages and disadvantages'],
  ['rid', /\bget rid of\b/g, 'remove'],
];

const FIRST_OF_REQUEST = new RegExp(`^(?:${REQUESTS})\\b`);

/** Whether a framed English text begins as an order does. */
export const isRequest = (text: string): boolean => FIRST_OF_REQUEST.test(text);

const ASKS = /^(?:how|what|which|why|where|when|is|are|do|does|can|could|should|in|for)\b/;
const ASKS_HOW = new RegExp(
  `\\bhow ${CAN} (?:you|one|someone|a person|people) (?!feel|think|like|rate|react|want)|\\bhow to |\\b(?:way|ways|method) (?:to|of) `,
);
const FIRST_PERSON = /\b(?:i|me|my|we|our|us|mine)\b/;
const MINE: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  ...{ we: 'i', our: 'my', ourselves: 'myself' },
  ...{ you: 'i', your: 'my', yourself: 'myself', "one's": 'my', oneself: 'myself' },
});

/** "How do you clean your glasses" asks for what "how do I clean my glasses" asks for. With both persons in one text, who is who counts. */
export function ofAnybody(text: string): string {
  if (!ASKS.test(text)) return text;
  const mine = (word: string): string => MINE[word] ?? word;
  if (ASKS_HOW.test(text) && !FIRST_PERSON.test(text))
    return text.replaceAll(/\b(?:you|your|yourself|one's|oneself)\b/g, mine);
  return /\b(?:i|me|my|mine|us|you|your)\b/.test(text)
    ? text
    : text.replaceAll(/\b(?:we|our|ourselves)\b/g, mine);
}
