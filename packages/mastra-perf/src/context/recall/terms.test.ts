import { describe, expect, it } from 'vitest';
import { dateText } from './date-text.ts';
import { speakerNames } from './speaker-names.ts';
import { terms, words } from './terms.ts';

const meets = (a: string, b: string): boolean => terms(a).some((term) => terms(b).includes(term));

describe('terms', () => {
  it.each([
    ['trying', 'tried'],
    ['tries', 'try'],
    ['stopped', 'stopping'],
    ['called', 'calls'],
    ['baked', 'bake'],
    ['hiking', 'hikes'],
    ['boxes', 'box'],
    ['quickly', 'quick'],
    ['hobbies', 'hobby'],
  ])('finds "%s" by "%s"', (a, b) => {
    expect(terms(a)).toEqual(terms(b));
  });

  it.each([
    ['bus', 'bu'],
    ['thing', 'th'],
    ['red', 'r'],
    ['class', 'clas'],
  ])('leaves "%s" whole', (word, cut) => {
    expect(terms(word)).not.toEqual([cut]);
  });

  it('says nothing of words that are in every message', () => {
    expect(terms('What did you do about it?')).toEqual([]);
  });

  it('leaves words of other languages as they are', () => {
    expect(terms('Straßen größtes собаки mañanas 2nd')).toEqual([
      'straßen',
      'größtes',
      'собаки',
      'mañanas',
      '2nd',
    ]);
  });

  it('finds a word inside a sentence that is written without spaces', () => {
    expect(meets('我昨天在北京吃了烤鸭', '北京')).toBe(true);
    expect(meets('昨日は東京で寿司を食べました', '寿司')).toBe(true);
    expect(meets('ฉันไปเชียงใหม่เมื่อวาน', 'เชียงใหม่')).toBe(true);
    expect(meets('어제 서울에서 친구를 만났다', '서울')).toBe(true);
    expect(meets('我昨天在北京', '上海')).toBe(false);
  });

  it('parts a word from a script that touches it', () => {
    expect(words('iPhone手机壳 5个')).toEqual(['iphone', '手机', '机壳', '5', '个']);
  });

  it('treats full-width and upper-case letters like others', () => {
    expect(words('ＡＢＣ Abc')).toEqual(['abc', 'abc']);
  });

  it('does not search what comes after the beginning of a very long text', () => {
    expect(words(`${'word '.repeat(1_000_000)}needle`).length).toBeLessThanOrEqual(4000);
    expect(words('a'.repeat(1_000_000))[0]?.length).toBe(64);
  });
});

describe('dateText', () => {
  it('gives the day of a message as words that a question uses', () => {
    expect(meets('What happened in May 2023?', dateText(Date.UTC(2023, 4, 8)))).toBe(true);
    expect(terms(dateText(Date.UTC(2023, 4, 8)))).toEqual(['may', '8', '2023']);
  });

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, 1e300])('says nothing of %s', (at) => {
    expect(dateText(at)).toBe('');
  });
});

describe('speakerNames', () => {
  it.each([
    ['Ann: I like it', ['ann']],
    ['Mary-Jane O’Neil: yes', ['mary', 'jane', 'neil']],
    ['王芳：你好', ['王芳']],
    ['I said: yes', []],
    ['at 10:30 we left', []],
  ])('reads the name that "%s" begins with', (text, names) => {
    expect(speakerNames(text)).toEqual(names);
  });

  it('takes the one that is known instead', () => {
    expect(speakerNames('Note: buy milk', 'Ann Lee')).toEqual(['ann', 'lee']);
  });
});
