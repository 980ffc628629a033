// node .ci/count-tests.mjs <file>: adds up vitest's JSON results, which every package with tests wrote to <file> in
// its folder. Prints a line per package and ends with "<passed> <failed>". A package without results, a file that
// crashed before its tests, an error outside all tests: each is one failure.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [file] = process.argv.slice(2);
const total = { passed: 0, failed: 0 };
for (const folder of foldersWithTests('.')) {
  const count = countOf(path.join(folder, file));
  total.passed += count.passed;
  total.failed += count.failed;
  console.log(
    `  ${folder}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped${count.note}`,
  );
}
console.log(`${total.passed} ${total.failed}`);

function countOf(report) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, note: ' (no results)' };
  const { success, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const statuses = testResults.flatMap((suite) => suite.assertionResults.map((test) => test.status));
  const of = (status) => statuses.filter((each) => each === status).length;
  const crashed = testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = of('failed') + crashed;
  const stray = !success && failed === 0 ? 1 : 0;
  const passed = of('passed');
  return {
    passed,
    failed: failed + stray,
    skipped: statuses.length - passed - of('failed'),
    note: note(crashed, stray),
  };
}

function note(crashed, stray) {
  if (crashed > 0) return ` (${crashed} crashed)`;
  return stray > 0 ? ' (an error outside the tests)' : '';
}

function foldersWithTests(folder) {
  const found = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$)/.test(entry.name))
    .flatMap((entry) => foldersWithTests(path.join(folder, entry.name)));
  const manifest = path.join(folder, 'package.json');
  const isPackage = folder !== '.' && existsSync(manifest);
  return isPackage && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test ? [folder, ...found] : found;
}
