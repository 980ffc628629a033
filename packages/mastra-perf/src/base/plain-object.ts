/** True for what `{}` and JSON make, also in another realm, whose `Object.prototype` is not ours. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
