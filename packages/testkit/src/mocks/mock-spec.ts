import type { EmbeddingModelV2, LanguageModelV2, LanguageModelV2CallOptions } from '@ai-sdk/provider-v5';
import type { EmbeddingModelV3, LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider-v6';
import type { EmbeddingModelV4, LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider-v7';

/** Version of the AI SDK provider specification that a mock speaks. */
export type MockSpec = 'v2' | 'v3' | 'v4';

interface Specs {
  v2: { model: LanguageModelV2; options: LanguageModelV2CallOptions; embedder: EmbeddingModelV2<string> };
  v3: { model: LanguageModelV3; options: LanguageModelV3CallOptions; embedder: EmbeddingModelV3 };
  v4: { model: LanguageModelV4; options: LanguageModelV4CallOptions; embedder: EmbeddingModelV4 };
}

/** The specification's own model type; a union of specs gives a union of models. */
export type SpecModel<S extends MockSpec> = S extends MockSpec ? Specs[S]['model'] : never;
export type SpecEmbedder<S extends MockSpec> = S extends MockSpec ? Specs[S]['embedder'] : never;
/** What a model of that specification is called with. */
export type MockCallOptions<S extends MockSpec = MockSpec> = Specs[S]['options'];
