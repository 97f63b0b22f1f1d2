"""Static files: their address holds a digest of them all, so that browsers never ask twice, and a script finds another
one beside it under the same digest.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from os import PathLike, stat_result
from pathlib import Path

from fastapi import Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
YEAR = "public, max-age=31536000, immutable"


@cache
def digest() -> str:
    """Of all static files, with their names."""
    whole = sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        whole.update(str(path.relative_to(STATIC)).encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a static file. OSError when there is none."""
    (STATIC / path).stat()
    return f"/static/{digest()}/{path}"


class Assets(StaticFiles):
    """Serves them; under any other address than `asset`'s a browser has to ask each time (304 while it is the same)."""

    def lookup_path(self, path: str) -> tuple[str, stat_result | None]:
        """The file of a path, with or without the digest before it."""
        return super().lookup_path(path.removeprefix(f"{digest()}/"))

    def file_response(
        self, full_path: PathLike[str] | str, stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """As Starlette does, with a lifetime."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        known = f"/{digest()}/" in scope["path"]
        response.headers["Cache-Control"] = YEAR if known else "no-cache"
        return response
