"""A call that fails, and what a report says of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from pytest_secretsdelete._fake import service_of
from pytest_secretsdelete._service.report.layout import as_text
from pytest_secretsdelete._service.report.story import story_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_secretsdelete import FakeSecretsManager

    Told = Callable[..., str]
    Because = Callable[..., str]


@pytest.fixture
def told(fake: FakeSecretsManager) -> Told:
    """Return a function that gives the text of the report, at its widest; lines of this file's callers are `here`."""

    def told(error: BaseException | None = None, *, width: int = 120, leftovers: tuple[str, ...] = ()) -> str:
        return re.sub(r"test_\w+\.py:\d+", "here", as_text(story_of(service_of(fake), error, leftovers), width))

    return told


@pytest.fixture
def because(fake: FakeSecretsManager) -> Because:
    """Return a function that makes a call which fails, and gives the sentences that say why."""

    def because(call: Callable[..., Any], **parameters: Any) -> str:
        with pytest.raises((ClientError, BotoCoreError)) as caught:
            call(**parameters)
        sentences = " ".join(story_of(service_of(fake), caught.value).sentences)
        return re.sub(r"test_\w+\.py:\d+", "here", sentences)

    return because
