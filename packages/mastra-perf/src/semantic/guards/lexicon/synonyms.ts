/** Words that ask for the same wherever one stands for the other. The first of each line stands for all. Looser ones are not for a list. */
const LINES = `
delete remove erase
what which
can could
increase boost
reduce decrease lessen
obtain acquire
rich wealthy
richest wealthiest
smart intelligent clever
easy simple
easiest simplest
difficult tough
strange weird odd
strangest weirdest oddest
latest newest
abroad overseas
ill sick
afraid scared
mother mom mum
father dad
facebook fb
instagram insta
javascript js
postgres postgresql
recover restore retrieve
enormous gigantic
scary terrifying
pointless meaningless
often frequently
prevent avoid
calculate compute
advantage benefit
disadvantage drawback
meaning definition
woman female
man male
someone somebody
anyone anybody
everyone everybody
about regarding concerning
until till
while whilst
among amongst
toward towards
buy purchase
begin start commence
quick fast rapid speedy quickly rapidly
quickest fastest
price cost
fix repair
solve resolve
choose select pick
improve enhance
reply respond
big large huge
important significant
usa america
cellphone smartphone
need require
change modify alter
picture photo photograph image pic
movie film
app application
info information
website site
doc document
biggest largest
kid child
car automobile
help assist
difference distinction
maths math mathematics
vs versus
ad advertisement advert
exam examination
lab laboratory
phone telephone
tv television
bike bicycle
fridge refrigerator
maybe perhaps
uk britain
happen occur
show display
allow permit
doctor physician
lawyer attorney
wifi wlan
repo repository
config configuration
db database
admin administrator
ok okay
`;

/** Other spellings of one word. */
const SPELLINGS = `
color colour
favorite favourite
behavior behaviour
flavor flavour
honor honour
labor labour
neighbor neighbour
humor humour
center centre
theater theatre
meter metre
liter litre
organize organise
recognize recognise
realize realise
analyze analyse
summarize summarise
optimize optimise
customize customise
authorize authorise
license licence
gray grey
catalog catalogue
dialog dialogue
traveling travelling
canceled cancelled
canceling cancelling
tire tyre
aluminum aluminium
jewelry jewellery
`;

const GERMAN = `
löschen entfernen
lösche entferne
ändern wechseln
ändere wechsle
`;

function classes(...texts: readonly string[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const line of texts.join('\n').split('\n')) {
    const [head, ...others] = line.split(' ');
    for (const other of others) if (head && !first.has(other)) first.set(other, first.get(head) ?? head);
  }
  return first;
}

const english = classes(SPELLINGS, LINES);
const german = classes(GERMAN);

/** The word that stands for this one and for all that mean the same. */
export function synonymOf(word: string, language: string | undefined): string {
  if (language === 'en') return english.get(word) ?? word;
  return language === 'de' ? (german.get(word) ?? word) : word;
}
