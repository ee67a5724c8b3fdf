// Whether bytes are protobuf of a schema to the last byte. The protobuf library trusts more than it should: it reads a
// field beyond the end of its message, and takes a varint where the schema has bytes. So all is walked over before.

import { ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { Refused, demand } from "./refused.js";
import { decodeUtf8 } from "./text.js";

const MAX_DEPTH = 100;
const MAX_NODE = 128;
const TAG = "a tag is none, or a group does not end";
const CUT = "it ends inside a field";

/** Refuses bytes that are not a message of this schema. */
export function walk(schema, bytes) {
  const tooLong = schema.name === "Node" && bytes.length > MAX_NODE;
  demand(!tooLong, `an identity, key or route takes more than ${MAX_NODE} bytes`);
  const fields = new Map(schema.fields.map((field) => [field.number, field]));
  const cursor = new Cursor(bytes);
  while (!cursor.atEnd) {
    const [number, wireType] = cursor.tag();
    const value = cursor.value(number, wireType, 0);
    const field = fields.get(number);
    if (field !== undefined) check(field, wireType, value);
  }
}

function check(field, wireType, value) {
  const isPack = field.fieldKind === "list" && field.listKind !== "message" && wireType === WireType.LengthDelimited;
  demand(isPack || wireType === wireTypeOf(field), `field \`${field.name}\` has another wire type`);
  if (isPack) {
    demand(value.length % 4 === 0, CUT);
  } else if (field.message !== undefined) {
    walk(field.message, value);
  } else if (field.scalar === ScalarType.STRING) {
    try {
      decodeUtf8(value);
    } catch {
      throw new Refused("a text is not UTF-8");
    }
  }
}

function wireTypeOf(field) {
  if (field.message !== undefined) return WireType.LengthDelimited;
  switch (field.scalar) {
    case ScalarType.BYTES:
    case ScalarType.STRING:
      return WireType.LengthDelimited;
    case ScalarType.FIXED32:
      return WireType.Bit32;
    case ScalarType.FIXED64:
      return WireType.Bit64;
    default:
      return WireType.Varint;
  }
}

/** A place in bytes. */
class Cursor {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get atEnd() {
    return this.#at === this.#bytes.length;
  }

  /** A field's number and wire type. */
  tag() {
    const tag = this.#varint();
    const number = Number(tag >> 3n);
    demand(tag <= 0xffff_ffffn && number > 0, TAG);
    return [number, Number(tag & 7n)];
  }

  /** The bytes of a value that has some; whatever it is, the cursor is behind it. */
  value(number, wireType, depth) {
    switch (wireType) {
      case WireType.Varint:
        return void this.#varint();
      case WireType.Bit64:
        return this.#take(8);
      case WireType.LengthDelimited:
        return this.#take(Number(this.#varint()));
      case WireType.StartGroup:
        return this.#group(number, depth);
      case WireType.Bit32:
        return this.#take(4);
      default:
        throw new Refused(TAG);
    }
  }

  #group(group, depth) {
    demand(depth < MAX_DEPTH, TAG);
    for (;;) {
      const [number, wireType] = this.tag();
      if (wireType === WireType.EndGroup) {
        demand(number === group, TAG);
        return undefined;
      }
      this.value(number, wireType, depth + 1);
    }
  }

  #take(length) {
    demand(length <= this.#bytes.length - this.#at, CUT);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #varint() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte] = this.#take(1);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        demand(value < 1n << 64n, "a varint has more than 64 bits");
        return value;
      }
    }
    throw new Refused("a varint has more than 64 bits");
  }
}
