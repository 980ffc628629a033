/** All that the retrieval tool needs of an embedding model; every AI SDK embedding model has it. */
export interface QueryEmbedder {
  doEmbed(options: { values: string[] }): PromiseLike<{ embeddings: number[][] }>;
}
