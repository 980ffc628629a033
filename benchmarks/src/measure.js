/**
 * Median milliseconds of each case. Rounds are interleaved, one call of each case in changing order, so that whatever
 * else the machine does falls on all of them alike.
 */
export async function medians(cases, rounds) {
    const samples = new Map(cases.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds.warm + rounds.measured; round++) {
        for (let index = 0; index < cases.length; index++) {
            const one = cases[(index + round) % cases.length];
            const begun = performance.now();
            await one.run(round);
            if (round >= rounds.warm)
                samples.get(one.name)?.push(performance.now() - begun);
            // What a call leaves to do for later must not fall on the next one.
            await new Promise((resolve) => setImmediate(resolve));
        }
    }
    return new Map([...samples].map(([name, values]) => [name, median(values)]));
}
function median(values) {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
