import { ingest } from './docs/ingest.ts';
import { progressBar } from './docs/progress.ts';
import { ingestLine } from './report/ingest-line.ts';

console.log(ingestLine(await ingest(progressBar('Reading the documentation'))));
