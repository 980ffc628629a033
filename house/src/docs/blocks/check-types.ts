import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../repository.ts';
import { givenTo, type BlockModule } from './write-modules.ts';

export interface TypeProblem {
  readonly page: string;
  readonly line: number;
  readonly message: string;
}

/** What the compiler says of modules that lie in one folder, with the settings of this repository: `strict` and more. */
export async function checkTypes(modules: readonly BlockModule[], folder: string): Promise<TypeProblem[]> {
  const config = path.join(folder, 'tsconfig.json');
  const base = path.join(ROOT, 'tsconfig.base.json');
  writeFileSync(config, JSON.stringify({ extends: base, include: ['**/*.ts'] }));
  const blocks = new Map(modules.map((module) => [module.file, module]));
  const said = await compiler(config);
  return said
    .split('\n')
    .filter((line) => line.trim() !== '')
    .reduce<TypeProblem[]>((problems, text) => {
      const [, file, line = '', message] = /^(\S.*)\((\d+),\d+\): (.*)$/.exec(text) ?? [];
      const last = problems.pop();
      if (file !== undefined && message !== undefined) {
        const block = blocks.get(path.resolve(ROOT, file));
        const problem = block
          ? problemOf(block, Number(line), message)
          : { page: file, line: Number(line), message };
        return [...problems, ...(last ? [last] : []), problem];
      }
      // Lines that are indented go on with the one before them.
      if (last) return [...problems, { ...last, message: `${last.message}\n${text}` }];
      return [{ page: config, line: 0, message: text }];
    }, []);
}

/** The first line of a module imports what its block does not declare: see writeModules(). */
function problemOf({ page, line: first }: BlockModule, line: number, message: string): TypeProblem {
  const [, name] = (line === 1 && /has no exported member (?:named )?'(\w+)'/.exec(message)) || [];
  if (name === undefined) return { page, line, message };
  const [own, all] = [givenTo(page).own, givenTo(page).all].map((file) => path.relative(ROOT, file));
  return {
    page,
    line: first,
    message: `nothing declares "${name}": declare it in the block, or export it from ${own}, or for all pages from ${all}`,
  };
}

function compiler(config: string): Promise<string> {
  const command = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [command, '-p', config, '--pretty', 'false'],
      { cwd: ROOT, maxBuffer: 64 * 1024 ** 2 },
      (error, stdout, stderr) => {
        // It ends with 1 or 2 where it has something to say; anything else is no answer.
        if (error && typeof error.code !== 'number') reject(error);
        else resolve(stdout + stderr);
      },
    );
  });
}
