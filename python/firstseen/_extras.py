"""Packages that are imported only when they are needed."""

from __future__ import annotations

import importlib
from typing import Any


def needed(module: str, extra: str) -> Any:
    """The module, or an error that names the extra that brings it."""
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ImportError(
            f"this needs {module.split('.')[0]}: pip install 'firstseen[{extra}]'", name=module
        ) from missing
