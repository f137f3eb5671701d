"""Options of a card, with defaults, kinds and descriptions: those of a mapping, or of the dataclass that it names."""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

from registry.errors import InputError

Option = bool | int | float | str | list[Any] | None
"""A value that YAML and JSON can express."""
_CLASS = re.compile(r"[\w.]+:\w+")


@dataclass(frozen=True)
class OptionInfo:
    """What is known of one option.

    Attributes:
        default: the value where none is given.
        annotation: the type that its values have.
        description: what it does; empty where nothing says so.
        also: another name under which users may write it.
        later: whether settings leave it out at its default, so that those from before it came are the same.
    """

    default: Option
    annotation: Any
    description: str = ""
    also: str | None = None
    later: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether a value is of the option's kind; a fraction may be whole, and a truth value or NaN is no number."""
        if _has_nan(value):
            return False
        try:
            self._validator.validate_json(json.dumps(value), strict=True)
        except (TypeError, ValidationError):
            return False
        return True

    def cast(self, value: Any) -> Any:
        """A value as the option's kind has it: 1e3, a fraction to YAML, is 1000 where a whole number is meant."""
        whole = _whole(value)
        return whole if not self.accepts(value) and self.accepts(whole) else value

    @cached_property
    def _validator(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.annotation)

    @property
    def kind(self) -> str:
        """The kind of its values in words: `int`, `list of float`, `str or null`, `one of a, b`."""
        return _in_words(self.annotation)


class OptionTable(Mapping[str, Option]):
    """The options of a card with their defaults, in the order in which they are shown.

    Args:
        declared: the options with their defaults, or the dataclass that declares them, as "module:Class". The class is
            imported when an option is first looked at; it must not import anything heavy.
    """

    def __init__(self, declared: Mapping[str, Option] | str) -> None:
        self.declared = declared

    @cached_property
    def info(self) -> Mapping[str, OptionInfo]:
        """What is known of each option; values of a mapping's options are of their default's kind.

        Raises:
            InputError: if the class cannot be imported, or is no dataclass with defaults and known types.
        """
        if isinstance(self.declared, str):
            return _read_class(self._class)
        return {
            name: OptionInfo(default, Any if default is None else type(default))
            for name, default in self.declared.items()
        }

    def name_of(self, written: str) -> str:
        """The option that users mean by a name: its own, or the other that it may be written by."""
        return next((name for name, option in self.info.items() if written == option.also), written)

    def cast(self, values: Mapping[str, Option]) -> dict[str, Option]:
        """Values by option, each as its option's kind has it; those of unknown options as they are."""
        return {name: self.info[name].cast(value) if name in self.info else value for name, value in values.items()}

    def as_settings(self, values: Mapping[str, Option]) -> dict[str, Option]:
        """Values by option, without those of later options that are the defaults."""
        later = {name: option.default for name, option in self.info.items() if option.later}
        return {name: value for name, value in values.items() if name not in later or value != later[name]}

    def check(self, values: Mapping[str, Option]) -> None:
        """Refuse values that the class of the options does not allow, alone or together.

        Args:
            values: by option, each of its option's kind.

        Raises:
            InputError: as the class says it.
        """
        if isinstance(self.declared, str):
            try:
                self._class(**values)
            except (ArithmeticError, TypeError, ValueError) as error:
                raise InputError(str(error)) from error

    @cached_property
    def _class(self) -> type:
        module, _, name = str(self.declared).partition(":")
        try:
            found = getattr(import_module(module), name)
        except (AttributeError, ImportError) as error:
            raise InputError(f"options {self.declared} cannot be imported: {error}") from error
        if not (isinstance(found, type) and is_dataclass(found)):
            raise InputError(f"options {self.declared} is no dataclass")
        return found

    def __getitem__(self, name: str) -> Option:
        return self.info[name].default

    def __iter__(self) -> Iterator[str]:
        return iter(self.info)

    def __len__(self) -> int:
        return len(self.info)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A card's key `options`: a mapping, or a class as "module:Class"; it is given back as a mapping."""

        def read(value: Any, as_mapping: ValidatorFunctionWrapHandler) -> OptionTable:
            if not isinstance(value, str):
                return cls(as_mapping(value))
            if not _CLASS.fullmatch(value):
                raise ValueError(f"{value!r} is neither a mapping nor a class, written module:Class")
            return cls(value)

        return core_schema.no_info_wrap_validator_function(
            read,
            handler.generate_schema(dict[str, Option]),
            serialization=core_schema.plain_serializer_function_ser_schema(dict),
        )


def _read_class(options: type) -> dict[str, OptionInfo]:
    """The fields of a dataclass: a class's own before those that it inherits, so that a method's own come first."""
    try:
        defaults = options()
        annotations = get_type_hints(options)
    except (NameError, TypeError, ValueError) as error:
        raise InputError(f"options {options.__module__}:{options.__name__} cannot be read: {error}") from error
    own_first = [name for cls in options.__mro__ for name in vars(cls).get("__annotations__", {})]
    said = {field.name: field.metadata for field in fields(defaults)}
    descriptions: dict[str, str] = {}
    for cls in reversed(options.__mro__):
        descriptions |= _described_attributes(cls.__doc__ or "")
    return {
        name: OptionInfo(
            _as_option(getattr(defaults, name)),
            annotations[name],
            descriptions.get(name, ""),
            also=said[name].get("also"),
            later=said[name].get("later", False),
        )
        for name in dict.fromkeys(own_first)
        if name in said
    }


def _as_option(value: Any) -> Option:
    return list(value) if isinstance(value, tuple) else value


def _has_nan(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_nan, value))
    return isinstance(value, float) and math.isnan(value)


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _described_attributes(docstring: str) -> dict[str, str]:
    """Descriptions by name in the section `Attributes` of a Google-style docstring."""
    section = re.search(r"^Attributes:\n((?: {4}.*(?:\n|$)|\n)+)", inspect.cleandoc(docstring), re.MULTILINE)
    if section is None:
        return {}
    _, *parts = re.split(r"^ {4}(\w+): ", section.group(1), flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _in_words(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation is Any:
        return "anything"
    if annotation is NoneType:
        return "null"
    if origin in (Union, UnionType):
        return " or ".join(_in_words(part) for part in inner)
    if origin is Literal:
        return f"one of {', '.join(json.dumps(value) for value in inner)}"
    if origin in (list, tuple):
        return f"list of {_in_words(inner[0])}"
    return str(annotation.__name__)
