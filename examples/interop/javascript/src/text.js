// UTF-8, strictly: other than the library would, this keeps a byte order mark at the start of a text. In a name it is
// a character like any other, and two members must not be taken for one.

import { configureTextEncoding } from "@bufbuild/protobuf/wire";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a text. */
export function encodeUtf8(text) {
  return encoder.encode(text);
}

/** The text of bytes; throws a `TypeError` if they are none. */
export function decodeUtf8(bytes) {
  return decoder.decode(bytes);
}

configureTextEncoding({ encodeUtf8, decodeUtf8, checkUtf8: (text) => text.isWellFormed() });
