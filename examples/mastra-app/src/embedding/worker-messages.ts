export interface EmbedRequest {
  readonly batch: number;
  readonly texts: readonly string[];
}

export interface EmbedReply {
  readonly batch: number;
  readonly vectors: number[][];
}
