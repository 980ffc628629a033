import { modelsOf, type WarmAgent } from './agents-of.ts';
import { modelAddress, type ModelAddress } from './model-address.ts';

/**
 * Where the requests of an agent's models go, as far as they tell.
 *
 * @throws what Mastra throws for a model that cannot be asked, such as one without a key
 */
export async function modelAddresses(agent: WarmAgent): Promise<readonly ModelAddress[]> {
  const found = await Promise.all(
    modelsOf(agent).map(async (model) => {
      const isNamed = typeof model === 'string' || !('doStream' in Object(model));
      return modelAddress(isNamed ? await agent.getModel?.({ modelConfig: model }) : model);
    }),
  );
  return found.filter((address) => address !== undefined);
}
