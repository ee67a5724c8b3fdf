// Good datagrams become what is written down and are written again to the byte; bad ones are refused for their reason.

import assert from "node:assert/strict";
import test from "node:test";
import { fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { PacketSchema, Refused, fingerprint, identityOf, read, write } from "../src/index.js";
import { hex, unhex, vectors, wide } from "./vectors.js";

const good = vectors("good.json");
const refused = vectors("refused.json");
const mutated = vectors("mutated.json");

test("there are as many vectors as there should be", () => {
  assert(good.length >= 60 && refused.length >= 40 && mutated.length >= 1000);
});

for (const vector of good) {
  test(`read: ${vector.name}`, () => {
    const bytes = unhex(vector.hex);
    const { header, kind, sections, unknownSections } = read(bytes);
    if (vector.known_message && header.version === 1) {
      assert.deepEqual({ kind, sections, unknownSections }, counts(vector));
    } else {
      assert.equal(kind, 0);
    }
    // The decoded form, with all of its fields and no other.
    const packet = fromBinary(PacketSchema, bytes, { readUnknownFields: false });
    assert.deepEqual(toJson(PacketSchema, packet), vector.packet);
  });
}

for (const vector of good.filter(({ canonical }) => canonical)) {
  test(`written again: ${vector.name}`, () => {
    const again = write(fromJson(PacketSchema, vector.packet));
    if (vector.known_message && vector.unknown_sections === 0) {
      assert.equal(hex(again), vector.hex);
      assert.equal(hex(write(read(unhex(vector.hex)).packet)), vector.hex);
    } else {
      // What is unknown goes through, if it is kept; the library writes it last.
      const packet = fromBinary(PacketSchema, unhex(vector.hex));
      const all = toBinary(PacketSchema, packet);
      assert.equal(all.length * 2, vector.hex.length);
      assert.deepEqual(fromBinary(PacketSchema, all), packet);
    }
  });
}

for (const vector of refused) {
  test(`refused: ${vector.name}`, () => {
    assert.throws(() => read(unhex(vector.hex)), new Refused(vector.reason));
  });
}

test("every cut of a good datagram is read or refused", () => {
  for (const vector of good) {
    const bytes = unhex(vector.hex);
    for (let end = 0; end < bytes.length; end += bytes.length < 400 ? 1 : 37) outcome(bytes.subarray(0, end));
  }
});

test("mutated datagrams become what they become in every language", () => {
  let otherWireTypes = 0;
  for (const vector of mutated) {
    const { reason, ...found } = outcome(unhex(vector.hex));
    // The specification leaves it open whether these are read.
    if (reason?.endsWith("has another wire type")) otherWireTypes += 1;
    else assert.deepEqual(found, vector);
  }
  assert(otherWireTypes * 10 < mutated.length, `${otherWireTypes} with another wire type`);
});

function counts({ kind, sections, unknown_sections: unknownSections }) {
  return { kind, sections, unknownSections };
}

function outcome(bytes) {
  try {
    const { header, kind, sections, unknownSections } = read(bytes);
    const source = wide(fingerprint(identityOf(header.source)));
    return { hex: hex(bytes), read: true, source, kind, sections, unknown_sections: unknownSections };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { hex: hex(bytes), read: false, reason: error.message };
  }
}
