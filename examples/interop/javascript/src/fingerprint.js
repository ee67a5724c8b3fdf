// Canonical bytes and fingerprints (section 3), the order of identities (section 1), digests (section 13). Numbers of
// 64 bits are `bigint`s.

import { encodeUtf8 } from "./text.js";

const MASK = (1n << 64n) - 1n;
const LOW = 0xffff_ffffn;

/** Spreads the bits of a number. */
export function fin(x) {
  x = ((x ^ (x >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK;
  x = ((x ^ (x >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK;
  return x ^ (x >> 31n);
}

/** One number of several. */
export function mix(...numbers) {
  return numbers.reduce((hash, number) => fin(hash ^ number), 0n);
}

/** The fingerprint of canonical bytes. */
export function fingerprint(bytes) {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100_0000_01b3n) & MASK;
  return fin(hash);
}

/** The hash of a cluster's label. */
export function labelHash(label) {
  return Number(fingerprint(byteString(encodeUtf8(label))) & LOW) || 1;
}

/** What a datagram says of the key that it is meant for; 0 is left out. */
export function destination(key) {
  return Number(fingerprint(key) & LOW);
}

/** Canonical bytes of a named member's key. */
export function keyOf({ name }) {
  return byteString(encodeUtf8(name));
}

/** Canonical bytes of an address. */
export function addressOf({ ip, port }) {
  return Uint8Array.from([...byteString(ip), port & 0xff, port >> 8]);
}

/** Canonical bytes of a named member's identity. */
export function identityOf(node) {
  return Uint8Array.from([...keyOf(node), ...addressOf(node), ...littleEndian(node.epoch, 8)]);
}

function byteString(bytes) {
  return Uint8Array.from([...littleEndian(BigInt(bytes.length), 4), ...bytes]);
}

function littleEndian(value, size) {
  return Array.from({ length: size }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn));
}

/** Whether a serial number of 64 bits is newer than another. */
export function newer(a, b) {
  const ahead = (a - b) & MASK;
  const half = 1n << 63n;
  return a !== b && (ahead < half || (ahead === half && a > b));
}

/** Whether an identity supersedes another one of its key. */
export function supersedes(a, b) {
  if (a.epoch !== b.epoch) return newer(a.epoch, b.epoch);
  return Buffer.compare(addressOf(a), addressOf(b)) > 0;
}

/** The epoch of an identity that is renewed over a rival. */
export function renewedEpoch(own, rival) {
  const next = ((newer(own.epoch, rival.epoch) ? own.epoch : rival.epoch) + 1n) & MASK;
  return newer(next, rival.epoch) ? next : (rival.epoch + 1n) & MASK;
}

/** The 256 leaves of entries, each a fingerprint of a key and a value. */
export function leavesOf(entries) {
  const leaves = new Array(256).fill(0n);
  for (const [key, value] of entries) leaves[Number(key >> 56n)] ^= value;
  return leaves;
}

/** The root of leaves. */
export function rootOf(leaves) {
  return leaves.reduce((root, leaf, at) => root ^ mix(leaf, BigInt(at)), 0n);
}

/** 32 bits of a value, by which it is compared. */
export function salted(value, salt) {
  return Number(fin(value ^ salt) & LOW);
}
