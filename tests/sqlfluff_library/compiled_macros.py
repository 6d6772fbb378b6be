"""The linter compiles each macro file once, not twice for every model: that was most of its time.

sqlfluff makes a Jinja environment for every file, and all are alike; Jinja keeps no compiled text.
"""

from typing import Any

from jinja2 import Environment
from jinja2.sandbox import SandboxedEnvironment

_plain_compile = SandboxedEnvironment.compile
_compiled: dict[tuple[Any, ...], Any] = {}


def compile_once(environment: Environment, source: str, *args: Any, **options: Any) -> Any:
    """Give the code of a template; raise TemplateSyntaxError as Jinja does."""
    key = (source, args, tuple(sorted(options.items())))
    if key not in _compiled:
        _compiled[key] = _plain_compile(environment, source, *args, **options)
    return _compiled[key]


# sqlfluff runs this module anew for every file.
if _plain_compile.__name__ != compile_once.__name__:
    SandboxedEnvironment.compile = compile_once  # type: ignore[method-assign]
