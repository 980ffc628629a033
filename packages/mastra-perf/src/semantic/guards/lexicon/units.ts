const LINES = `
kilometer km kilometers kilometre kilometres kms
meter meters metre metres
centimeter cm centimeters centimetre centimetres
millimeter mm millimeters millimetre millimetres
mile miles mi
yard yards
foot feet ft
inch inches
kilogram kg kilograms kilo kilos kgs
gram grams
milligram mg milligrams
pound pounds lb lbs
ounce ounces oz
ton tons tonne tonnes
liter liters litre litres
milliliter ml milliliters millilitre millilitres
gallon gallons
cup cups
second seconds sec secs
millisecond ms milliseconds
minute minutes min mins
hour hours hr hrs
day days
week weeks
month months
year years yr yrs
percent % pct
celsius °c
fahrenheit °f
dollar $ dollars
euro € euros
gbp £
yen ¥
rupee ₹ rupees rs inr
cent cents
thousand thousands
million millions
billion billions
volt volts
watt watts
kilobyte kb
megabyte mb
gigabyte gb
terabyte tb
`;

const canonical = new Map<string, string>();
for (const line of LINES.trim().split('\n')) {
  const [head = '', ...others] = line.split(' ');
  for (const name of [head, ...others]) canonical.set(name, head);
}

/** Letters that are a unit only right behind a number. They are not made one with the long name: "5 m" may be metres, minutes, millions. */
const SHORT = new Set(['m', 's', 'h', 'g', 'l', 'c', 'f', 'k', 'b', 'in', 'am', 'pm', 'd', 'w', 'y']);

/** One name of a unit or currency, or undefined. */
export const unitOf = (word: string): string | undefined => canonical.get(word);

/** Whether these letters may be glued to a number as its unit. */
export const isUnitSuffix = (letters: string): boolean => canonical.has(letters) || SHORT.has(letters);
