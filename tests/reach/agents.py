"""A program that asks the Agent or the extension, by the variables that name them."""

from __future__ import annotations

import http.client
import os

import pytest

from .http import Reply

PORT, TOKEN, AGENT_TOKEN = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "AWS_SESSION_TOKEN", "AWS_TOKEN"
GET = "/secretsmanager/get?secretId=a"
KINDS = pytest.mark.parametrize("kind", ["agent", "extension"])


def ask(url: str, path: str = GET, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
    """Ask as a program does, with the token of the environment."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    try:
        sent = {"X-Aws-Parameters-Secrets-Token": os.environ.get(TOKEN, os.environ.get(AGENT_TOKEN, "")), **headers}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


def variables() -> dict[str, str | None]:
    """Return the variables that name an agent."""
    return {name: os.environ.get(name) for name in (PORT, TOKEN, AGENT_TOKEN)}
