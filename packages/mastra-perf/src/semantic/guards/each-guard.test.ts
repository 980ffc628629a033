import { describe, expect, it } from 'vitest';
import { defaultGuards } from './default-guards.ts';

type Pair = readonly [a: string, b: string];

/** What each guard refuses by itself, and what is none of its business. */
const cases: Readonly<
  Record<string, { readonly refused: readonly Pair[]; readonly passed: readonly Pair[] }>
> = {
  length: {
    refused: [
      ['a'.repeat(2001), 'a'],
      ['ﷺ'.repeat(200), 'a'],
    ],
    passed: [['a'.repeat(2000), 'a']],
  },
  code: {
    refused: [
      ['Explain a == b', 'Explain a = b'],
      ['What is `Foo`?', 'What is `foo`?'],
      ['What does "left" mean?', 'What does "right" mean?'],
      ['What is 5!', 'What is 5'],
    ],
    passed: [
      ['What is "idempotent"?', 'What is idempotent?'],
      ['Name the file(s)', 'Name the files'],
    ],
  },
  language: {
    refused: [['What is the gift?', 'Was ist das Gift?']],
    passed: [['Wo ist das Amt?', 'Amt?']],
  },
  numbers: {
    refused: [
      ['Set a timer for 10 minutes', 'Set a timer for 15 minutes'],
      ['Refund order 1234', 'Refund order'],
      ['Transfer 1.000 euros', 'Transfer 1,000 euros'],
      ['Is 10⁵ large?', 'Is 105 large?'],
      ['转账三千元', '转账三万元'],
    ],
    passed: [
      ['Set a timer for ten minutes', 'Set a timer for 10 minutes'],
      ['Transfer $1,000', 'Transfer 1000 dollars'],
      ['Drei Zimmer sind frei?', '3 Zimmer sind frei?'],
      ['What are the best phones of 2016?', 'What are the best phones?'],
    ],
  },
  units: {
    refused: [
      ['How far is 5 km?', 'How far is 5 miles?'],
      ['How much is it in USD?', 'How much is it in CAD?'],
    ],
    passed: [['How far is 5 km?', 'How far is 5 kilometers?']],
  },
  dates: {
    refused: [
      ['Are you open on Monday?', 'Are you open on Sunday?'],
      ['What is due tomorrow?', 'What is due?'],
      ['Was ist heute offen?', 'Was ist morgen offen?'],
    ],
    passed: [['Are you open on Thu?', 'Are you open on Thursday?']],
  },
  identifiers: {
    refused: [
      ['How do I install v1?', 'How do I install v2?'],
      ['What does user_id mean?', 'What does userid mean?'],
      ['Is example.com down?', 'Is example.org down?'],
      ['Is C++ fast?', 'Is C fast?'],
    ],
    passed: [['Where is order A-17?', 'Where is the order a-17?']],
  },
  negation: {
    refused: [
      ['Is it safe?', "Isn't it safe?"],
      ['Tea with sugar', 'Tea without sugar'],
      ['Le retour est gratuit ?', "Le retour n'est pas gratuit ?"],
      ['返品できますか', '返品できませんか'],
      ['환불이 되나요?', '환불이 안 되나요?'],
      ['Заказ доставлен?', 'Заказ не доставлен?'],
    ],
    passed: [["Why can't I log in?", 'Why can not I log in?']],
  },
  antonyms: {
    refused: [
      ['How do I enable sync?', 'How do I disable sync?'],
      ['How do I mute it?', 'How do I unmute it?'],
      ['Is it refundable?', 'Is it nonrefundable?'],
      ['A helpful answer', 'A helpless answer'],
    ],
    passed: [['How do I open an account?', 'How do I create an account?']],
  },
  quantifiers: {
    refused: [
      ['Delete all drafts', 'Delete some drafts'],
      ['At least two', 'At most two'],
      ['Only admins can export?', 'Admins can export?'],
    ],
    passed: [['Delete every draft', 'Delete all draft']],
  },
  homographs: {
    refused: [
      ['How do I polish silver?', 'How do I Polish silver?'],
      ['How do I contact IT?', 'How do I contact it?'],
      ['Is 100 Mb enough?', 'Is 100 MB enough?'],
      ['What is vitamin A?', 'What is vitamin?'],
    ],
    passed: [
      ['How do I polish silver?', 'how do i Polish silver'],
      ['How do I contact IT?', 'HOW DO I CONTACT IT?'],
      ['Wake me at 6 pm', 'Wake me at 6 PM'],
    ],
  },
  entities: {
    refused: [
      ['What is the capital of France?', 'What is the capital of Germany?'],
      ['What is the capital of France?', 'what is the capital of germany'],
      ['Send the invoice to Alice', 'Send the invoice'],
    ],
    passed: [
      ['Is it cold in Oslo?', 'is it cold in oslo'],
      ['Wo ist das Haus?', 'Wo ist die Wohnung?'],
    ],
  },
  'question-type': {
    refused: [
      ['Who founded it?', 'When was it founded?'],
      ['How many users are there?', 'How do I add users?'],
    ],
    passed: [['Tell me about it', 'Who founded it?']],
  },
  order: {
    refused: [
      ['Fly from Oslo to Rome', 'Fly from Rome to Oslo'],
      ['Did Ann pay Bob?', 'Did Bob pay Ann?'],
      ['How much is a cup of tea?', 'How much is a tea cup?'],
      ['A train to Rome in May', 'A cheap train from Rome in May'],
      ['从北京到上海', '从上海到北京'],
    ],
    passed: [
      ['The difference between a cat and a dog', 'The difference between a dog and a cat'],
      ['What is the capital of Norway?', "What is Norway's capital?"],
      ['Book a table on Monday for Ann', 'On Monday, book a table for Ann'],
      ['Set a timer for 5 minutes', 'Set a 5 minutes timer'],
    ],
  },
  words: {
    refused: [
      ['How do I cook?', 'How do I become a cook?'],
      ['What is it?', 'What is it for?'],
      ['What do nurses do?', 'What are nurses?'],
      ['Does it work in the us?', 'Does it work for us?'],
      ['Delete the user', 'Delete the users'],
      ['Do some birds fly?', 'Do birds fly?'],
      ['Is it a resign?', 'Is it a re-sign?'],
      ['What is marketing?', 'What is a market?'],
      ['Ist der Hund da?', 'Ist den Hund da?'],
      ['What is my number?', 'What is your number?'],
      ['How do I get my number?', 'How do I get your number?'],
      ['Can you export data?', 'Export data'],
    ],
    passed: [
      ['How do I reset my password?', 'What is the best way to reset a password?'],
      ['How do you clean your glasses?', 'How can I clean my glasses?'],
      ['What is the best way of making coffee?', 'How do I make coffee?'],
      ['What does a user see?', 'What do users see?'],
      ['What colour is it?', 'What color is it?'],
      ['Wie kann ich mein Passwort ändern?', 'Wie ändere ich mein Passwort?'],
      ['如何修改密码?', '怎么修改密码'],
      ['Is it mind-blowing?', 'Is it mindblowing?'],
    ],
  },
};

describe.each(Object.entries(cases))('guard %s', (name, { refused, passed }) => {
  const guard = defaultGuards().find((one) => one.name === name);

  it.each(refused)('refuses %j and %j, either way round', (a, b) => {
    expect(guard?.passes(a, b)).toBe(false);
    expect(guard?.passes(b, a)).toBe(false);
  });

  it.each(passed)('lets %j and %j pass, either way round', (a, b) => {
    expect(guard?.passes(a, b)).toBe(true);
    expect(guard?.passes(b, a)).toBe(true);
  });
});

it('tests every default guard', () => {
  expect(Object.keys(cases).toSorted()).toEqual(
    defaultGuards()
      .map(({ name }) => name)
      .toSorted(),
  );
});
