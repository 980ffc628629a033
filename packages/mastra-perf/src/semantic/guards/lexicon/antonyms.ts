const LINES = `
enable activate|disable deactivate
on|off
in inside|out outside
open|close closed shut
start begin launch|stop end finish halt
add insert|remove delete subtract
increase raise grow gain up|decrease lower reduce lose shrink down
buy purchase|sell
import|export
upload|download
upgrade|downgrade
lock|unlock
encrypt|decrypt
encode|decode
install|uninstall
subscribe|unsubscribe
connect|disconnect
mute|unmute
show|hide
accept approve allow permit merge|reject decline deny refuse forbid block
push|pull
send|receive
give|take
lend|borrow
win|lose
pass|fail
remember|forget
love like|hate dislike
before|after
first|last
earliest oldest|latest newest
early|late
old|new
older elder|newer younger
above over|below under beneath
more|less fewer
most|least
maximum max largest biggest highest greatest|minimum min smallest lowest
large big high tall long|small little low short
larger bigger higher taller longer|smaller lower shorter
best|worst
better|worse
good|bad evil
fast quick|slow
faster quicker|slower
fastest quickest|slowest
cheap inexpensive|expensive costly
cheaper|pricier
cheapest|priciest
easy simple|hard difficult
easiest|hardest
hot warm|cold cool
light|dark heavy
strong|weak
safe|dangerous unsafe
true right correct|false wrong incorrect
positive|negative
advantage pro benefit strength upside|disadvantage con drawback weakness downside risk
advantages pros benefits|disadvantages cons drawbacks
incoming inbound|outgoing outbound
internal|external
public|private
paid|unpaid free
active|inactive
online|offline
left|right
north|south
east|west
front|back
top upper|bottom lower
legal|illegal
possible|impossible
dead|alive
male man boy husband father son brother he|female woman girl wife mother daughter sister she
married single|divorced
employer|employee
teacher|student
buyer|seller
sender|recipient receiver
input|output
read|write
create|destroy delete
build|demolish
arrive arrival|leave depart departure
enter|exit leave
login|logout
join|leave
rich|poor
success|failure
happy|sad unhappy
full|empty
always|never
with|without
for|against
from|to
include including|exclude excluding except
ascending|descending
horizontal|vertical
import imports|export exports
cause causes|effect effects
question|answer
day|night
summer|winter
morning|evening
introvert|extrovert
optimist|pessimist
liberal|conservative
freeze|thaw
hire|fire
save|spend
debit|credit
deposit|withdraw
asset|liability
profit|loss
bull|bear
follow|unfollow
archive|unarchive restore
expand|collapse
attach|detach
host|guest
hyper|hypo
`;

const opposites = new Map<string, Set<string>>();
for (const line of LINES.trim().split('\n')) {
  const [left = [], right = []] = line.split('|').map((side) => side.split(' '));
  for (const one of left)
    for (const other of right)
      for (const [x, y] of [
        [one, other],
        [other, one],
      ] as const)
        opposites.set(x, (opposites.get(x) ?? new Set()).add(y));
}

const PREFIX = /^(?:un|in|im|ir|il|dis|de|des|non|mis|anti|ab|über|dé|dés|déc|desa|des|dis|ont|не|без)$/u;
const HYPER = /^(hyper|hypo)(.{3,})$/;

/** Whether one of two words is the other's opposite, by a list of English ones or by what it begins with. */
export function isOpposite(a: string, b: string): boolean {
  if (opposites.get(a)?.has(b)) return true;
  if (hasOpposingPrefix(a, b) || hasOpposingPrefix(b, a)) return true;
  const [first, second] = [HYPER.exec(a), HYPER.exec(b)];
  if (first && second) return first[1] !== second[1] && first[2] === second[2];
  return (
    a.length > 4 &&
    b.length > 4 &&
    /(?:ful|less)$/.test(a) &&
    /(?:ful|less)$/.test(b) &&
    a.slice(0, 4) === b.slice(0, 4) &&
    a !== b
  );
}

function hasOpposingPrefix(long: string, short: string): boolean {
  const length = long.length - short.length;
  return (
    length > 0 &&
    length <= 4 &&
    short.length > 2 &&
    long.endsWith(short) &&
    PREFIX.test(long.slice(0, length))
  );
}
