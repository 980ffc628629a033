/**
 * Options or metadata of a part, per provider, without references to items that the provider keeps (`itemId` of OpenAI's
 * Responses API). `undefined` if nothing else was in them, so that they equal none at all.
 */
export function withoutItems(perProvider: unknown): unknown {
  if (typeof perProvider !== 'object' || perProvider === null) return perProvider;
  let kept: Record<string, unknown> | undefined;
  for (const [provider, fields] of Object.entries(perProvider)) {
    const own =
      typeof fields === 'object' && fields !== null && 'itemId' in fields ? dropItem(fields) : fields;
    if (own === undefined) continue;
    kept ??= {};
    kept[provider] = own;
  }
  return kept;
}

function dropItem(fields: object): object | undefined {
  const { itemId: _itemId, ...rest } = fields as { readonly itemId?: unknown };
  return Object.keys(rest).length > 0 ? rest : undefined;
}
