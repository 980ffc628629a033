export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Width and height from the head of a PNG, JPEG, GIF or WebP; `undefined` for anything else. */
export function imageSize(bytes: Uint8Array): Size | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = read(view);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function read(view: DataView): Size | undefined {
  if (view.byteLength < 30) return undefined;
  const head = view.getUint32(0);
  if (head === 0x89504e47) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (head === 0x47494638) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (head === 0x52494646 && view.getUint32(8) === 0x57454250) return webpSize(view);
  return head >>> 8 === 0xffd8ff ? jpegSize(view) : undefined;
}

function webpSize(view: DataView): Size | undefined {
  const chunk = view.getUint32(12);
  if (chunk === 0x56503820)
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (chunk === 0x5650384c) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk !== 0x56503858) return undefined;
  const of24 = (offset: number): number =>
    view.getUint16(offset, true) + (view.getUint8(offset + 2) << 16) + 1;
  return { width: of24(24), height: of24(27) };
}

/** The first frame header; what stands before it says how long it is. */
function jpegSize(view: DataView): Size | undefined {
  let offset = 2;
  while (offset + 9 <= view.byteLength && view.getUint8(offset) === 0xff) {
    const marker = view.getUint8(offset + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(offset + 7), height: view.getUint16(offset + 5) };
    offset += 2 + view.getUint16(offset + 2);
  }
  return undefined;
}
