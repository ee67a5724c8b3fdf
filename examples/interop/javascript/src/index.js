// Datagrams of a Haulout cluster: reading, writing, fingerprints.

export { SECTIONS, VERSION, read, write } from "./datagram.js";
export * from "./fingerprint.js";
export * from "./gen/haulout_pb.js";
export { Refused } from "./refused.js";
