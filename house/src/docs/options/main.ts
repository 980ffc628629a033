import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../repository.ts';
import { optionsPage } from './options-page.ts';
import { readOptions } from './read-options.ts';

/* Writes docs/options.md. */

writeFileSync(path.join(ROOT, 'docs/options.md'), optionsPage(await readOptions()));
