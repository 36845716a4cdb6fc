"""How a test gets into a workbook that is being served: as its user does, by the address that the command prints."""

import http.client
import re
from urllib.parse import urlsplit


def address_in(said: str) -> str:
    """The address, with its token, in the line that the command prints first."""
    found = re.search(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+", said)
    assert found, f"the workbook did not open: {said or 'it said nothing'}"
    return found[0]


def cookie_of(address: str) -> tuple[str, str]:
    """Name and value of the cookie for which the token of this address is traded."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    given = answer.headers["Set-Cookie"]
    connection.close()
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert "HttpOnly" in given and "SameSite=Strict" in given and "Path=/" in given
    name, _, value = given.split(";")[0].partition("=")
    return name, value
