// Canonical bytes, fingerprints, orders and a digest.

import assert from "node:assert/strict";
import { isIPv4 } from "node:net";
import test from "node:test";
import * as haulout from "../src/index.js";
import { hex, vectors, wide } from "./vectors.js";

const all = vectors("fingerprints.json");
const number = (text) => BigInt(`0x${text}`);

test("fin, mix and labels", () => {
  for (const { of, is } of all.fin) assert.equal(wide(haulout.fin(number(of))), is);
  for (const { of, is } of all.mix) assert.equal(wide(haulout.mix(...of.map(number))), is);
  for (const { label, hash } of all.labels) assert.equal(haulout.labelHash(label), Number.parseInt(hash, 16));
});

test("named members", () => {
  for (const vector of all.named) {
    const [key, identity] = [haulout.keyOf(vector), haulout.identityOf(node(vector))];
    assert.equal(hex(key), vector.key.canonical);
    assert.equal(wide(haulout.fingerprint(key)), vector.key.fingerprint);
    assert.equal(hex(identity), vector.identity.canonical);
    assert.equal(wide(haulout.fingerprint(identity)), vector.identity.fingerprint);
    assert.equal(haulout.destination(key), vector.dst);
    assert.equal(wide(memberValue(node(vector), 7)), vector.member_value_at_7);
  }
});

test("other members", () => {
  for (const { identity } of [...all.renewing, ...all.fixed]) {
    assert.equal(wide(haulout.fingerprint(Buffer.from(identity.canonical, "hex"))), identity.fingerprint);
  }
});

test("orders", () => {
  for (const { a, b, newer } of all.serial_newer) assert.equal(haulout.newer(number(a), number(b)), newer);
  for (const { a, b, supersedes, renewed_epoch: renewed } of all.supersedes) {
    assert.equal(haulout.supersedes(node(a), node(b)), supersedes);
    assert.equal(haulout.renewedEpoch(node(a), node(b)).toString(), renewed);
  }
});

test("a digest", () => {
  const { members, leaves, root, salt, salted } = all.digest;
  const entries = members.map((member) => [
    haulout.fingerprint(haulout.keyOf(member)),
    memberValue(node(member), member.incarnation),
  ]);
  const found = haulout.leavesOf(entries);
  for (const { leaf, value } of leaves) assert.equal(wide(found[leaf]), value);
  assert.equal(found.filter((leaf) => leaf !== 0n).length, leaves.length);
  assert.equal(wide(haulout.rootOf(found)), root);
  assert.deepEqual(found.map((leaf) => haulout.salted(leaf, number(salt)).toString(16).padStart(8, "0")), salted);
});

function memberValue(node, incarnation) {
  const key = haulout.fingerprint(haulout.keyOf(node));
  return haulout.mix(key, haulout.fingerprint(haulout.identityOf(node)), BigInt(incarnation));
}

function node({ name = "", address, epoch }) {
  const at = address.lastIndexOf(":");
  return { name, ip: bytesOf(address.slice(0, at)), port: Number(address.slice(at + 1)), epoch: BigInt(epoch) };
}

/** The bytes of an IP address; of IPv6 one without an IPv4 tail, as the vectors have it. */
function bytesOf(ip) {
  if (isIPv4(ip)) return Uint8Array.from(ip.split("."), Number);
  const [head, tail] = ip.slice(1, -1).split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = tail === undefined ? [] : new Array(8 - head.length - tail.length).fill("0");
  const groups = [...head, ...zeros, ...(tail ?? [])].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
