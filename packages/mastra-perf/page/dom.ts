type Child = Node | string | number | undefined | false;
type Value = string | number | boolean | undefined | ((event: never) => void);

/** An element. All texts become text nodes: nothing that comes from the server is ever read as markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value as (event: Event) => void);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children)
    if (child !== undefined && child !== false)
      element.append(typeof child === 'number' ? String(child) : child);
  return element;
}

/** The element of the page with this id. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`the page has no ${kind.name} #${id}`);
}

/** Puts other children into an element. What has the focus keeps it, if it is there again under the same `data-focus`. */
export function fill(element: Element, ...children: readonly Child[]): void {
  const active = document.activeElement;
  const name = active && element.contains(active) ? active.getAttribute('data-focus') : null;
  const open = new Set(
    Array.from(element.querySelectorAll('details[open][data-focus]'), (one) =>
      one.getAttribute('data-focus'),
    ),
  );
  const nodes = children
    .filter((child) => child !== undefined && child !== false)
    .map((child) => (typeof child === 'number' ? String(child) : child));
  element.replaceChildren(...nodes);
  for (const one of element.querySelectorAll<HTMLElement>('[data-focus]')) {
    const own = one.getAttribute('data-focus');
    if (one instanceof HTMLDetailsElement && open.has(own)) one.open = true;
    else if (name !== null && own === name) one.focus({ preventScroll: true });
  }
}

/**
 * A name that somebody else has chosen. Characters that cannot be seen or that turn the direction of what follows are shown
 * as what they are, and it cannot reach out of its place.
 */
export const nameOf = (text: string): HTMLElement =>
  h('bdi', { class: 'name', title: visible(text) }, visible(text));

const UNSEEN =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const MOST = 200;

export function visible(text: string): string {
  const shown = text.replace(UNSEEN, (one) => {
    const code = one.codePointAt(0) ?? 0;
    return code < 0x20
      ? String.fromCodePoint(0x2400 + code)
      : `\u27e8${code.toString(16).toUpperCase()}\u27e9`;
  });
  const whole = shown.isWellFormed() ? shown : shown.toWellFormed();
  return whole.length > MOST ? `${whole.slice(0, MOST)}…` : whole;
}

/** A figure: what is shown, and exactly as its `value`. */
export const exact = (value: number, shown: string): HTMLElement => h('data', { value }, shown);
