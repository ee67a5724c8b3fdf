from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Health(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HEALTH_UNSPECIFIED: _ClassVar[Health]
    HEALTH_PASSING: _ClassVar[Health]
    HEALTH_WARNING: _ClassVar[Health]
    HEALTH_CRITICAL: _ClassVar[Health]
HEALTH_UNSPECIFIED: Health
HEALTH_PASSING: Health
HEALTH_WARNING: Health
HEALTH_CRITICAL: Health

class Service(_message.Message):
    __slots__ = ("name", "instance", "address", "port", "protocol", "version", "weight", "tags", "meta", "health")
    class MetaEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    name: str
    instance: str
    address: str
    port: int
    protocol: str
    version: str
    weight: int
    tags: _containers.RepeatedScalarFieldContainer[str]
    meta: _containers.ScalarMap[str, str]
    health: Health
    def __init__(self, name: _Optional[str] = ..., instance: _Optional[str] = ..., address: _Optional[str] = ..., port: _Optional[int] = ..., protocol: _Optional[str] = ..., version: _Optional[str] = ..., weight: _Optional[int] = ..., tags: _Optional[_Iterable[str]] = ..., meta: _Optional[_Mapping[str, str]] = ..., health: _Optional[_Union[Health, str]] = ...) -> None: ...
