import type { ESTree, Visitor } from '@oxlint/plugins';

/** What names a module by a literal. */
export interface Found {
  readonly node: ESTree.Node;
  readonly specifier: string;
  /** `import type`. Not `import { type A }`: `verbatimModuleSyntax` keeps that in the output as `import {}`. */
  readonly typeOnly: boolean;
}

/** Visitors that tell every static, dynamic, type and `require` import of a file. */
export function importVisitor(found: (found: Found) => void): Visitor {
  const tell = (node: ESTree.Node, source: unknown, typeOnly: boolean): void => {
    const specifier = textOf(source);
    if (specifier !== undefined) found({ node, specifier, typeOnly });
  };
  return {
    ImportDeclaration: (node) => tell(node, node.source, node.importKind === 'type'),
    ExportNamedDeclaration: (node) => tell(node, node.source, node.exportKind === 'type'),
    ExportAllDeclaration: (node) => tell(node, node.source, node.exportKind === 'type'),
    ImportExpression: (node) => tell(node, node.source, false),
    TSImportType: (node) => tell(node, node.source, true),
    TSExternalModuleReference: (node) => tell(node, node.expression, false),
    CallExpression: (node) => {
      const called = node.callee.type === 'MemberExpression' ? node.callee.object : node.callee;
      if (called.type === 'Identifier' && called.name === 'require') tell(node, node.arguments[0], false);
    },
  };
}

function textOf(source: unknown): string | undefined {
  const node = source as ESTree.Node | null | undefined;
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
