/**
 * node:zlib takes 2 ms to load, and a process without a store never needs it. Not by `import()`, which takes 30 µs each time,
 * more than there is to do for a short entry.
 */
export const loadZlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');
