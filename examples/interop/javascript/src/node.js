// Identities, keys and routes of named members: all three are a `Node` with some of its fields.

import { demand } from "./refused.js";
import { encodeUtf8 } from "./text.js";

const WRONG = "an identity, key or route is none:";
// Neither white space nor control characters.
const NAME = /^[^\p{White_Space}\p{Cc}]+$/u;
const MAX_NAME = 64;

/** Refuses what is no identity: name, ip, port and epoch. */
export function checkIdentity(node) {
  checkAddress(node);
  checkName(node);
}

/** Refuses what is no key: a name, and nothing else. */
export function checkKey(node) {
  const more = node.ip.length > 0 || node.port !== 0 || node.epoch !== 0n;
  demand(!more, `${WRONG} it has an ip, a port or an epoch too many`);
  checkName(node);
}

/** Refuses what is no route: ip and port, and nothing else. */
export function checkRoute(node) {
  checkAddress(node);
  demand(node.epoch === 0n && node.name === "", `${WRONG} it has an epoch or a name too many`);
}

function checkAddress({ ip, port }) {
  demand(port <= 0xffff, `${WRONG} its port is over 65,535`);
  demand(ip.length > 0, `${WRONG} it has no ip`);
  demand(ip.length === 4 || ip.length === 16, `${WRONG} its ip has neither 4 nor 16 bytes`);
}

function checkName({ name }) {
  demand(NAME.test(name) && encodeUtf8(name).length <= MAX_NAME, `${WRONG} its name is none`);
}
