// Why bytes are no datagram.

/** Thrown for bytes that are no datagram, or that say what the specification does not allow. */
export class Refused extends Error {
  name = "Refused";
}

/** Refuses unless a condition holds. */
export function demand(holds, reason) {
  if (!holds) throw new Refused(reason);
}
