import ts from '@typescript/typescript6';

/** Names that a piece of code uses and does not declare, apart from those that every program has. */
export interface FreeNames {
  readonly values: readonly string[];
  readonly types: readonly string[];
  /** Modules beside it: `./mastra.ts`. */
  readonly files: readonly string[];
}

/** Of the names that only types have, those that pages use. A missing one shows as a name that is not given. */
const TYPES_OF_THE_LANGUAGE = new Set([
  'Readonly',
  'ReadonlyArray',
  'Record',
  'Partial',
  'Awaited',
  'NodeJS',
]);

export function freeNames(code: string): FreeNames {
  const declared = new Set<string>();
  const values = new Set<string>();
  const types = new Set<string>();
  const files = new Set<string>();

  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isDeclaration(node)) declared.add(node.text);
      else if (ts.isTypeReferenceNode(node.parent)) types.add(node.text);
      else if (isUse(node)) values.add(node.text);
    }
    if (ts.isStringLiteral(node) && /^\.\.?\//.test(node.text) && isSpecifier(node)) files.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true));

  const isFree = (name: string): boolean => !declared.has(name) && !(name in globalThis);
  return {
    values: [...values].filter((name) => isFree(name) && name !== 'undefined'),
    types: [...types].filter(
      (name) => isFree(name) && name !== 'const' && !values.has(name) && !TYPES_OF_THE_LANGUAGE.has(name),
    ),
    files: [...files],
  };
}

function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isBindingElement(parent) || ts.isVariableDeclaration(parent) || ts.isParameter(parent))
    return parent.name === node;
  return (
    ts.isFunctionDeclaration(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isInterfaceDeclaration(parent) ||
    ts.isTypeAliasDeclaration(parent) ||
    ts.isTypeParameterDeclaration(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent) ||
    (ts.isImportSpecifier(parent) && parent.name === node)
  );
}

/** Whether it stands for something of its own, and is not the name of a part of something else. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  return !(
    ts.isQualifiedName(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isNamedTupleMember(parent) ||
    ts.isLabeledStatement(parent)
  );
}

const isSpecifier = ({ parent }: ts.StringLiteral): boolean =>
  ts.isImportDeclaration(parent) ||
  ts.isExportDeclaration(parent) ||
  (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword);
