import path from 'node:path';
import ts from '@typescript/typescript6';
import { ROOT } from '../repository.ts';
import { MEMBER, NAME } from './schema-fields.ts';

/** What the type of an option says of it. */
export interface OptionDoc {
  /** The first sentence of its comment. */
  readonly what: string;
  /** Its tag `@default`. */
  readonly fallback: string | undefined;
  /** Its type as it is written. */
  readonly declared: string;
  readonly isOptional: boolean;
  /** Whether only some of several kinds of options have it. */
  readonly isAlternative: boolean;
}

/** A type of options. Steps lead from it to what is in it, as those of a schema do. */
export interface OptionType {
  option(steps: readonly string[]): OptionDoc | undefined;
  /** Names of the options at this place. */
  names(steps: readonly string[]): readonly string[];
}

/** Reads types by the path of their file, relative to the root, and their name. */
export type ReadType = (file: string, name: string) => OptionType;

const SETTINGS: ts.CompilerOptions = {
  noEmit: true,
  types: [],
  strict: true,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
};

/** Parses the files once; nothing of them is checked. */
export function optionTypes(files: readonly string[]): ReadType {
  const paths = files.map((file) => path.join(ROOT, file));
  const program = ts.createProgram(paths, SETTINGS, ownFilesOnly());
  const checker = program.getTypeChecker();

  const enter = (types: readonly ts.Type[], step: string): readonly ts.Type[] =>
    types
      .map((type) => {
        if (step === MEMBER) return checker.getIndexTypeOfType(type, ts.IndexKind.Number);
        if (step === NAME) return checker.getIndexTypeOfType(type, ts.IndexKind.String);
        const symbol = checker.getPropertyOfType(type, step);
        return symbol && checker.getTypeOfSymbol(symbol);
      })
      .flatMap((type) => (type ? objectsIn(type) : []));

  const docOf = (symbol: ts.Symbol): Omit<OptionDoc, 'isAlternative'> => {
    const tag = symbol.getJsDocTags(checker).find(({ name }) => name === 'default');
    const declaration = symbol.declarations?.find(ts.isPropertySignature);
    return {
      what: firstSentence(ts.displayPartsToString(symbol.getDocumentationComment(checker))),
      fallback: tag && oneLine(ts.displayPartsToString(tag.text)),
      declared: oneLine(declaration?.type?.getText() ?? ''),
      isOptional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
    };
  };

  return (file, name) => {
    const source = program.getSourceFile(path.join(ROOT, file));
    const module = source && checker.getSymbolAtLocation(source);
    const found = module && checker.getExportsOfModule(module).find((one) => one.name === name);
    if (!found) throw new Error(`expected the type ${name} in ${file}`);
    const all = objectsIn(checker.getDeclaredTypeOfSymbol(found));
    return {
      option(steps) {
        const place = steps.slice(0, -1).reduce(enter, all);
        const symbols = place.map((type) => checker.getPropertyOfType(type, steps.at(-1) ?? ''));
        const docs = symbols.filter((symbol) => symbol !== undefined).map(docOf);
        const declared = [...new Set(docs.map((doc) => doc.declared))].join(' | ');
        return docs[0] && { ...docs[0], declared, isAlternative: docs.length < place.length };
      },
      names: (steps) => {
        const place = steps.reduce(enter, all);
        return [
          ...new Set(place.flatMap((type) => checker.getPropertiesOfType(type).map((one) => one.name))),
        ];
      },
    };
  };
}

/** Types of packages are not needed, and take most of the time. */
function ownFilesOnly(): ts.CompilerHost {
  const host = ts.createCompilerHost(SETTINGS);
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) =>
      text.startsWith('.') ? ts.resolveModuleName(text, from, SETTINGS, host) : { resolvedModule: undefined },
    );
  return host;
}

const objectsIn = (type: ts.Type): readonly ts.Type[] =>
  (type.isUnion() ? type.types : [type]).filter(
    (one) => one.isIntersection() || (one.flags & ts.TypeFlags.Object) !== 0,
  );

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

function firstSentence(comment: string): string {
  const text = oneLine(comment).replaceAll(/\{@link ([^}]+?) ?\}/g, '`$1`');
  return /^.*?[.!?](?=\s+[^a-z\s]|$)/.exec(text)?.[0] ?? text;
}
