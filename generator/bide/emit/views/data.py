"""Enums, unions and models as the templates see them."""

from __future__ import annotations

from functools import cached_property, lru_cache

from bide.emit.python.code import Code, annotation, bounded, comment, docstring, literal
from bide.emit.views.context import Context
from bide.emit.views.view import View
from bide.emit.words import prose
from bide.ir import Bounds, Enum, Example, Field, Kind, ListOf, Model, Named, Provider, Scalar, Type, Union
from bide.spec import names


@lru_cache(maxsize=4096)
def camel(name: str) -> str:
    """`job_id` as `jobId`."""
    first, *rest = name.strip("_").split("_")
    return first + "".join(word.title() for word in rest)


def is_camel(model: Model, provider: Provider) -> bool:
    """Whether most wire names of a model are camelCase, so that only the others have to be given."""
    fields = provider.model(model.base).fields if model.base else model.fields
    agreeing = sum(field.wire == camel(field.name) != field.name for field in fields)
    differing = sum(field.wire == field.name != camel(field.name) for field in fields)
    return agreeing > differing


class EnumView(View):
    def __init__(self, provider: Context, enum: Enum) -> None:
        super().__init__(provider)
        self._enum = enum

    @property
    def name(self) -> Code:
        return Code(self._enum.name)

    @property
    def docstring(self) -> Code:
        text = prose.sentence(self._enum.description) or prose.undescribed(self._enum.name, self.provider.ir)
        return docstring(f"{text}\n{prose.see(self._enum.source)}" if self._enum.source else text, indent=4)

    @property
    def members(self) -> list[tuple[Code, Code, Code | None]]:
        """(name, value, docstring) of each."""
        return [
            (
                Code(value.name),
                literal(self._enum.json(value)),
                docstring(prose.sentence(value.description), indent=4) if value.description else None,
            )
            for value in self._enum.values
        ]

    @property
    def base(self) -> Code:
        return Code("OpenIntEnum" if self._enum.is_numeric else "OpenEnum")

    @property
    def ignores_case(self) -> bool:
        return self._enum.ignore_case

    @property
    def texts(self) -> Code:
        """The values, as the arguments of `Literal`."""
        return Code(", ".join(literal(self._enum.json(value)) for value in self._enum.values))

    @property
    def is_like(self) -> bool:
        """Whether an argument may be the text of a member."""
        return self._enum.name in self.provider.like


class UnionView(View):
    def __init__(self, provider: Context, union: Union) -> None:
        super().__init__(provider)
        self._union = union

    @property
    def name(self) -> Code:
        return Code(self._union.name)

    @property
    def other(self) -> Code:
        return Code(names.other_class(self._union.name))

    @property
    def docstring(self) -> Code:
        *others, last = dict.fromkeys(f"`{model}`" for _, model in self._union.variants)
        kinds = f"{', '.join(others)} or {last}" if others else last
        text = prose.sentence(self._union.description) or prose.undescribed(self._union.name, self.provider.ir)
        first = ": the first that fits" if self._union.by_shape else ""
        return docstring(f"{text}\n\nOne of {kinds}{first}.", indent=4)

    @property
    def has_events(self) -> bool:
        """Whether the variants are the events of a stream: the name of the event is the discriminator."""
        return not self._union.tag_field and not self._union.by_shape

    @property
    def shapes(self) -> Code | None:
        """The models of a union without a discriminator, as a tuple."""
        if not self._union.by_shape:
            return None
        return literal(tuple(Code(model) for _, model in self._union.variants))

    @property
    def tag(self) -> Code:
        return literal(self._union.tag_field)

    @property
    def variants(self) -> list[tuple[Code, Code]]:
        """(tag, class) pairs."""
        return [(literal(tag), Code(model)) for tag, model in self._union.variants]


class FieldView(View):
    """A field of a model."""

    def __init__(self, provider: Context, model: Model, field: Field, *, is_camel: bool) -> None:
        super().__init__(provider)
        self._model = model
        self._field = field
        self._is_camel = is_camel

    @property
    def declared(self) -> Code:
        return Code(f"{self._field.name}: {self._annotation}{self._default}")

    @cached_property
    def docstring(self) -> Code | None:
        text = prose.field(self._field, of=self._model.source)
        return docstring(text, indent=4) if text else None

    @property
    def _annotation(self) -> Code:
        field, model = self._field, self._model
        if isinstance(field.const, float):
            only = Bounds(min=field.const, max=field.const)
            return bounded(Code("float"), only)
        if field.is_const:
            return Code(f"Literal[{literal(field.const)}]")
        is_checked = model.in_request and not model.in_reply
        inside = annotation(
            field.type,
            request=model.in_request,
            like=self.provider.like,
            unions=self.provider.union_names,
            is_checked=is_checked,
        )
        if field.is_rest:
            return inside
        if is_checked:
            inside = bounded(inside, field.bounds)
        is_any = field.type == Scalar(Kind.ANY)
        return Code(f"{inside} | None") if (field.optional or field.nullable) and not is_any else inside

    @property
    def _default(self) -> Code:
        if self._field.is_rest:
            return Code(f" = field(name={literal(self._field.wire)}, default_factory=dict)")
        renamed = camel(self._field.name) if self._is_camel else self._field.name
        marks = [] if self._field.wire == renamed else [f"name={literal(self._field.wire)}"]
        if self._field.optional and not marks:
            return Code(" = None")
        if self._field.optional:
            marks.append("default=None")
        elif self._model.base is not None and isinstance(self._field.type, ListOf):
            # A provider may leave out an empty list. The result of a finished job is then still valid.
            marks.append("default_factory=_no_items")
        return Code(f" = field({', '.join(marks)})" if marks else "")


class ModelView(View):
    """A model as a class."""

    def __init__(self, provider: Context, model: Model) -> None:
        super().__init__(provider)
        self._model = model
        self._is_camel = is_camel(model, provider.ir)

    @property
    def name(self) -> Code:
        return Code(self._model.name)

    @property
    def bases(self) -> Code:
        parts = [self._model.base or "Model", *self._model.unions]
        if self._is_camel:
            parts.append('rename="camel"')
        if self._model.tag is not None:
            parts += [f"tag_field={literal(self._model.tag_field)}", f"tag={literal(self._model.tag)}"]
        return Code(", ".join(parts))

    @property
    def docstring(self) -> Code:
        return docstring(prose.model(self._model, self.provider.ir), indent=4)

    @property
    def fields(self) -> list[FieldView]:
        shown = self._model.narrowed if self._model.base else self._model.fields
        rest = [self._model.additional] if self._model.additional and not self._model.base else []
        return [FieldView(self.provider, self._model, field, is_camel=self._is_camel) for field in (*shown, *rest)]

    @property
    def secrets(self) -> Code | None:
        found = frozenset(field.name for field in self._model.fields if field.secret)
        return literal(found) if found else None

    @property
    def envelope(self) -> Code | None:
        """The key of a reply that may hold it; a model with a base inherits it."""
        return literal(self._model.envelope) if self._model.envelope and not self._model.base else None

    @property
    def failed_items(self) -> FailedItems | None:
        return FailedItems(self.provider, self._model) if self._model.items is not None else None


class FailedItems(View):
    """The property that lists the items of a result that failed."""

    def __init__(self, provider: Context, model: Model) -> None:
        super().__init__(provider)
        assert model.items is not None
        self._items = model.items
        holder: Type = Named(model.name)
        path = "self"
        for wire in self._items.list:
            field = provider.field_of(holder, wire)
            path, holder = f"{path}.{field.name}", field.type
            self._is_optional = field.optional or field.nullable
        self._path = path
        assert isinstance(holder, ListOf)
        self._item = holder.item

    @property
    def item(self) -> Code:
        return annotation(self._item, unions=self.provider.union_names)

    @property
    def items(self) -> Code:
        return Code(f"{self._path} or []" if self._is_optional else self._path)

    @property
    def status(self) -> Code:
        return Code(".".join(self.provider.attributes(self._items.status, self._item)))

    @property
    def failed(self) -> Code:
        return literal(tuple(self._items.failed))


class ExampleView:
    """An example of a model, and its page."""

    def __init__(self, model: Model, example: Example) -> None:
        self._model = model
        self._example = example

    @property
    def model(self) -> Code:
        return Code(self._model.name)

    @property
    def origin(self) -> Code:
        """The title of the page and of the example, as a string."""
        source = self._example.source or self._model.source
        page = f"{source.title}: " if source else ""
        return literal(" ".join(f"{page}{self._example.title}".split()))

    @property
    def url(self) -> Code:
        """A comment with the address of the page."""
        source = self._example.source or self._model.source
        return comment(source.url if source else "The spec has no page for it.", width=10_000)

    @property
    def text(self) -> Code:
        return literal(self._example.text)
