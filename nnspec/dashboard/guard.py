"""Who may ask: pages of this very address, to read; every answer says what its page may do."""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""What the dashboard's own page may do; by trusted types its script makes no markup of a text."""
HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
METHODS = ("GET", "HEAD")


class Guard:
    """Refuses whatever is not a read from a page of this address."""

    def __init__(self, application: ASGIApp, hosts: Iterable[str]) -> None:
        """Guard an application.

        Args:
            application: what answers.
            hosts: names with ports by which it may be asked: of any other name someone else
                says that it is this machine's (DNS rebinding).
        """
        self._application = application
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope) or self._application
        await answer(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return why a request is refused, None where it is not."""
        headers = Headers(scope=scope)
        if scope["method"] not in METHODS:
            text = "only reading is possible\n"
            return PlainTextResponse(text, 405, {"allow": ", ".join(METHODS)})
        named = headers.getlist("host")
        if len(named) != 1 or named[0].lower() not in self._hosts:
            return PlainTextResponse("this is not the address of this program\n", 421)
        navigates = headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "none") in {"cross-site", "same-site"} and not (
            navigates and headers.get("sec-fetch-dest") == "document"
        ):
            return PlainTextResponse("other pages may not ask\n", 403)
        return None
