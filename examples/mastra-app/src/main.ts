// The recorded day without and with the plugin; `--serve`: again and again behind a server, with the page of the plugin.
await(process.argv.includes('--serve') ? import('./serve.ts') : import('./compare-days.ts'));
