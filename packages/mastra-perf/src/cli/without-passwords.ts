/** What is printed or logged: without what stands before the host of a URL, and without the password of this one. */
export function withoutPasswords(text: string, address = ''): string {
  const [, given = ''] = /:\/\/[^:]*:(.*)@/s.exec(address) ?? [];
  const password = URL.parse(address)?.password ?? '';
  const hidden = [given, password, decoded(given), decoded(password)].filter(Boolean);
  return hidden
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
    .replaceAll(/:\/\/\S*@/g, '://***@');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // a "%" that encodes nothing: there is no other way to write it
  }
}
