"""shadows-builtin (warning): no name that the author chose hides a Python built-in.

Why: code that imports such a class loses the built-in one, and may then catch the wrong exception.

    class: Timeout                           # warned about: the package gets a class TimeoutError
    models: {Warning: ...}                   # warned about
    fields: {kind: {type: string, name: type}}      # warned about: another name was possible

Names of the provider, such as a field `id`, are fine. Keywords, and built-ins that generated classes use, are changed
or refused: see `bad-name`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Path


def _set_of(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Not `dir(builtins)`: the same spec must get the same warnings under every Python version.
_CLASSES = _set_of("""
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception ExceptionGroup
    FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning
    IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
    ModuleNotFoundError NameError NotADirectoryError NotImplemented NotImplementedError OSError OverflowError
    PendingDeprecationWarning PermissionError ProcessLookupError RecursionError ReferenceError ResourceWarning
    RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit
    TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
    UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError
    """)
_FUNCTIONS = _set_of("""
    abs aiter all anext any ascii bin breakpoint bytearray callable case chr classmethod compile complex copyright
    credits delattr dir divmod enumerate eval exec exit filter format frozenset getattr globals hasattr hash help hex id
    input isinstance issubclass iter len license locals map match max memoryview min next oct open ord pow print quit
    range repr reversed round setattr slice sorted staticmethod sum super type vars zip
    """)


def check(spec: Spec) -> Iterator[Diagnostic]:
    client: str = spec.document.data["class"]
    made: list[tuple[Path, str]] = [(("class",), client), (("class",), f"{client}Error")]
    for path, name in made:
        if name in _CLASSES:
            yield spec.at_value(path, "shadows-builtin", _message(name), severity="warning")
    for table in ("enums", "models", "unions"):
        for name in spec.document.data.get(table, {}):
            if name in _CLASSES:
                yield spec.at_key((table, name), "shadows-builtin", _message(name), severity="warning")
    for view in spec.all_fields:
        chosen = view.more.get("name")
        if chosen in _FUNCTIONS:
            yield spec.at_value((*view.path, "name"), "shadows-builtin", _message(chosen), severity="warning")


def _message(name: str) -> str:
    return f'"{name}" hides the Python built-in of that name'
