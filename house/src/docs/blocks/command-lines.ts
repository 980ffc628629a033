/** The commands of a block of `sh`, each as its words; comments are left out, lines that end with `\` are joined. */
export function commandLines(code: string): string[][] {
  return code
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/(^|\s)#.*$/gm, '')
    .split(/\n|&&|;/)
    .map((line) => line.split(/\s+/).filter((word) => word !== '' && !/^[A-Z_]+=/.test(word)))
    .filter((words) => words.length > 0);
}
