/** `'openai'` of `'openai.chat'` or `'openai.responses'`: AI SDK providers name their kinds of models after a dot. */
export function providerFamily(provider: string): string {
  return (provider.split('.', 1)[0] ?? provider).trim().toLowerCase();
}

/** `'openai/gpt-4o-mini'`: the name of a model in reports, and what a key of `prices` is compared with. */
export function modelName(provider: string, modelId: string): string {
  const family = providerFamily(provider);
  return modelId.toLowerCase().startsWith(`${family}/`) ? modelId : `${family}/${modelId}`;
}
