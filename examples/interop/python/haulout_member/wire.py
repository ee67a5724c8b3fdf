"""Varints of more than 64 bits: the protobuf package drops what is above, other runtimes refuse it, and so do we."""

from __future__ import annotations

import re

from google.protobuf.descriptor import Descriptor, FieldDescriptor

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)

# Ten bytes, the last with more than the 64th bit. Texts and numbers of fixed width may look like that too.
_SUSPECT = re.compile(rb"[\x80-\xff]{9}[\x02-\x7f]")


def has_wide_varint(message: Descriptor, data: bytes) -> bool:
    """Whether a varint of a message, which protobuf has parsed, has more than 64 bits."""
    return _SUSPECT.search(data) is not None and _walk(message, data)


def _walk(message: Descriptor | None, data: bytes) -> bool:
    at, groups = 0, 0
    while at < len(data):
        tag, at = _varint(data, at)
        wire_type = tag & 7
        if wire_type == VARINT:
            value, at = _varint(data, at)
            if value >> 64:
                return True
        elif wire_type == BYTES:
            length, at = _varint(data, at)
            # Within a group nothing is known.
            field = message.fields_by_number.get(tag >> 3) if message and not groups else None
            is_message = field is not None and field.type == FieldDescriptor.TYPE_MESSAGE
            if is_message and _walk(field.message_type, data[at:at + length]):
                return True
            at += length
        elif wire_type == GROUP:
            groups += 1
        elif wire_type == END_GROUP:
            groups -= 1
        else:
            at += 8 if wire_type == FIXED64 else 4
    return False


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at
