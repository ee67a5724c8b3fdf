"""A Haulout member in Python, written from the specification of the protocol."""

from .event import Event
from .identity import Identity, Refused
from .member import Member
from .settings import PROFILES, Settings
from .topics import Service
from .udp import Node

__all__ = ["PROFILES", "Event", "Identity", "Member", "Node", "Refused", "Service", "Settings"]
