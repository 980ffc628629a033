import { hash } from 'node:crypto';

/**
 * A tag around a text that the text itself cannot contain: it is made from the hash of the text. What is in it is data, whatever it says.
 * The same text has the same tag, so that a request that is asked twice can be found in a cache.
 */
export function fenceOf(text: string, name: string): { readonly open: string; readonly close: string } {
  let tag = '';
  for (let salt = 0; tag === '' || text.includes(tag); salt++)
    tag = `${name}-${hash('sha256', `${salt}:${text}`, 'hex').slice(0, 16)}`;
  return { open: `<${tag}>`, close: `</${tag}>` };
}
