/** Stands for items of an array that are left out. In JSON it is a text. */
export interface Gap {
  readonly leftOut: number;
  readonly of: number;
  readonly toJSON: () => string;
}

export function gap(leftOut: number, of: number): Gap {
  return { leftOut, of, toJSON: () => `… ${leftOut} of ${of} items left out` };
}

export const isGap = (value: unknown): value is Gap =>
  typeof value === 'object' &&
  value !== null &&
  'leftOut' in value &&
  'toJSON' in value &&
  isFunction(value.toJSON);

/** Nothing that was read has a function in it. */
const isFunction = (value: unknown): boolean => typeof value === 'function';
