import { describe, expect, it } from 'vitest';
import { usageRows } from './usage-rows.ts';

describe('sums that lie on a server', () => {
  it('are read with the names beside them', () => {
    const rows = usageRows({ by: ['agent'] });
    rows.add(0, ['#', '"calls"\n"tokens"', '[["agent","a"],["user","u"]]', ' 3 30', '[["agent","a"]]', ' 1']);
    expect(rows.rows()).toEqual([{ group: { agent: 'a' }, counts: { calls: 4, tokens: 30 } }]);
  });

  it('are read where somebody else, or a later version, keeps something between them', () => {
    const rows = usageRows({ by: ['agent'] });
    const group = '[["agent","a"]]';
    rows.add(0, [
      'later',
      ' 9',
      '7',
      ' 9',
      '{}',
      ' 9',
      '[["agent"]]',
      ' 9',
      '[["agent",1]]',
      ' 9',
      'null',
      ' 9',
    ]);
    rows.add(0, ['#', '"calls"\nlater\n7\n"tokens"', group, ' 3 9 9 30']);
    expect(rows.rows()).toEqual([{ group: { agent: 'a' }, counts: { calls: 3, tokens: 30 } }]);
  });
});
