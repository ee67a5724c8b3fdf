// The golden vectors, from beside the specification.

import { readFileSync } from "node:fs";

/** What a file of `proto/vectors` holds. */
export function vectors(file) {
  return JSON.parse(readFileSync(new URL(`../../../../proto/vectors/${file}`, import.meta.url), "utf8"));
}

/** The bytes that hexadecimal digits name. */
export function unhex(text) {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

/** The hexadecimal digits of bytes. */
export function hex(bytes) {
  return Buffer.from(bytes).toString("hex");
}

/** A number of 64 bits as vectors have it. */
export function wide(value) {
  return value.toString(16).padStart(16, "0");
}
