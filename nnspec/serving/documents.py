"""Bodies of requests as JSON, and back: every way in which one can be none has its sentence."""

import json
from typing import Any

from nnspec.document import shorten
from nnspec.serving.problem import bad


def read_object(body: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        Problem: what is no JSON, no object, nested too deeply, or has a key twice.
    """
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise bad("the body is not UTF-8; expected JSON") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise bad(f"the body is not JSON: {error.msg} ({place})") from None
    except RecursionError:
        raise bad("the body is nested too deeply") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise bad(f"the body is not JSON that can be read: {error}") from None
    if not isinstance(found, dict):
        raise bad("the body is not a JSON object")
    return found


def write(document: object) -> bytes:
    """Return a document as JSON; what UTF-8 cannot write is escaped."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def check_keys(found: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    """Refuse a key that means nothing.

    Raises:
        Problem: with the keys that do.
    """
    for key in found:
        if key not in known:
            raise bad(f'{where} has no "{shorten(key)}"; it has {", ".join(known)}')


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys are all different."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(one for one in keys if keys.count(one) > 1)
        raise bad(f'an object of the body has "{shorten(twice)}" twice')
    return found
