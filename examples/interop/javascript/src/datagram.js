// Datagrams: one `Packet` each, read and checked whole before anything is done with it (section 2).

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { HeaderSchema, PacketSchema } from "./gen/haulout_pb.js";
import { checkIdentity, checkKey, checkRoute } from "./node.js";
import { demand } from "./refused.js";
import { walk } from "./wire.js";

/** The version of the protocol that is spoken here. */
export const VERSION = 1;

const MAX_VERSION = 15;
const MAX_RECEIVED = 8192;
const MAX_SUSPECTERS = 4;
const MAX_HAVE = 240;
const LEAVES = 256;
/** The lowest state of an update that this version has no word for. */
const LATER_STATE = 4n;

/** Names of the fields of a packet that are sections. */
export const SECTIONS = ["updates", "manifests", "records", "userEvents", "topics", "customs"];

/**
 * Reads a datagram, or throws `Refused`.
 *
 * `packet` is the packet without what is unknown; `kind` the number of its message, 0 if it is of another version or
 * has none that is known; `unknownSections` counts those that are skipped. Unless there is a `kind`, only `header`
 * counts.
 */
export function read(bytes) {
  demand(bytes.length <= MAX_RECEIVED, "it is too long");
  demand(bytes[0] !== 0, "it is sealed");
  walk(PacketSchema, bytes);
  const packet = fromBinary(PacketSchema, bytes);
  const { header } = packet;
  demand(header !== undefined, "field `header` is missing");
  checkHeader(header);
  const known = header.version === VERSION && header.message.case !== undefined;
  if (!known) return { packet, header, kind: 0, sections: 0, unknownSections: 0 };
  checkMessage(header.message);
  const unknownSections = (packet.$unknown ?? []).length + readSections(packet);
  const sections = SECTIONS.reduce((count, name) => count + packet[name].length, 0);
  return { packet, header, kind: kindOf(header.message), sections, unknownSections };
}

/** Writes a packet: the canonical bytes of its fields. */
export function write(packet) {
  return toBinary(PacketSchema, packet, { writeUnknownFields: false });
}

function kindOf(message) {
  return HeaderSchema.field[message.case].number - 7;
}

function checkHeader({ version, highest, source }) {
  const top = highest || version;
  const possible = version >= 1 && top >= version && top <= MAX_VERSION;
  demand(possible, `it claims version ${version} of a sender that speaks up to ${top}`);
  required(source, "source");
  checkIdentity(source);
}

function checkMessage({ case: name, value }) {
  atMost(value.number ?? 0, 0xffff, "number");
  switch (name) {
    case "pingReq":
      checkKey(required(value.target, "target"));
      if (value.route !== undefined) checkRoute(value.route);
      break;
    case "forwardedAck":
      checkIdentity(required(value.identity, "identity"));
      break;
    case "announce":
      atMost(value.flags, 0xff, "flags");
      break;
    case "refused":
      atMost(value.min, 0xff, "min");
      atMost(value.max, 0xff, "max");
      break;
    case "sync":
      atMost(value.version, 0xff, "version");
      break;
    case "syncLeaves":
      checkPlane(value);
      demand([0, LEAVES].includes(value.leaves.length), "field `leaves` has an impossible value");
      break;
    case "syncPull":
      checkPlane(value);
      atMost(value.have.length, MAX_HAVE, "have");
      break;
    case "syncPage":
      checkPlane(value);
  }
}

/** Checks the sections, and takes out the updates of a state that is not known; how many those are. */
function readSections(packet) {
  packet.updates.forEach(checkUpdate);
  for (const { identity } of packet.manifests) checkIdentity(required(identity, "identity"));
  for (const { owner } of packet.records) checkKey(required(owner, "owner"));
  for (const { origin } of packet.userEvents) checkKey(required(origin, "origin"));
  const all = packet.updates.length;
  packet.updates = packet.updates.filter(({ stamp }) => (stamp & 7n) < LATER_STATE);
  return all - packet.updates.length;
}

function checkUpdate({ identity, stamp, by }) {
  demand(by.length <= MAX_SUSPECTERS, `a suspicion names ${by.length} suspecters`);
  by.forEach(checkKey);
  checkIdentity(required(identity, "identity"));
  demand(stamp < 1n << 35n, "field `stamp` has an impossible value");
}

function checkPlane({ plane }) {
  demand(plane === 0 || plane === 1, "field `plane` has an impossible value");
}

function atMost(value, most, name) {
  demand(value <= most, `field \`${name}\` has an impossible value`);
}

function required(node, name) {
  demand(node !== undefined, `field \`${name}\` is missing`);
  return node;
}
