// node .ci/count-tests.mjs <file>: adds up vitest's JSON results, which every package with tests wrote to <file> in
// its folder. Prints a line per package and ends with "<passed> <failed>". A package without results or test files,
// and a file that crashed outside its tests, count as one failure each.
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
  const { testResults: files } = JSON.parse(readFileSync(report, 'utf8'));
  if (files.length === 0) return { passed: 0, failed: 1, skipped: 0, note: ' (no test files)' };
  const statuses = files.flatMap((each) => each.assertionResults.map((test) => test.status));
  const [passed, failed] = ['passed', 'failed'].map(
    (wanted) => statuses.filter((each) => each === wanted).length,
  );
  const crashed = files.filter(
    (each) => each.status === 'failed' && each.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  return {
    passed,
    failed: failed + crashed,
    skipped: statuses.length - passed - failed,
    note: crashed > 0 ? ` (${crashed} crashed)` : '',
  };
}

function foldersWithTests(folder) {
  const found = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$)/.test(entry.name))
    .flatMap((entry) => foldersWithTests(path.join(folder, entry.name)));
  const manifest = path.join(folder, 'package.json');
  const isPackage = folder !== '.' && existsSync(manifest);
  return isPackage && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test ? [folder, ...found] : found;
}
