"""The traceback of a test that uses the fake ends at the user's own call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Run

TESTS = """
    import boto3
    import pytest

    def read():
        return boto3.client("secretsmanager").get_secret_value(SecretId="none")

    def test_call(secretsmanager):
        read()

    def test_ours(secretsmanager_clock):
        secretsmanager_clock.advance(days=-1)

    def test_made_of_another(secretsmanager):
        try:
            read()
        except Exception as error:
            raise KeyError("password") from error
"""
LIBRARIES = ["*botocore*client.py:*", "*pytest_secretsdelete*clock.py:*"]


@pytest.mark.parametrize("arguments", [(), ("--tb=short",), ("--tb=long",)], ids="".join)
def test_the_last_frame_is_the_users(run: Run, arguments: tuple[str, ...]) -> None:
    """No frame of botocore or of this package is shown, nor of the exceptions that another was made of."""
    result = run(TESTS, *arguments)
    result.assert_outcomes(failed=3)
    for pattern in LIBRARIES:
        result.stdout.no_fnmatch_line(pattern)
    name = "test_the_last_frame_is_the_users.py"
    result.stdout.fnmatch_lines([f"*{name}:5: *", f"*{name}:11: *", f"*{name}:5: *", f"*{name}:17: *"])


@pytest.mark.parametrize("argument", ["--full-trace", "--tb=native"])
def test_all_frames(run: Run, argument: str) -> None:
    """Whoever asks for all frames gets them."""
    result = run(TESTS, argument)
    result.assert_outcomes(failed=3)
    shown = result.stdout.str()
    assert "_make_api_call" in shown
    assert "clock.py" in shown


def test_other_tests_keep_their_frames(run: Run) -> None:
    """A test that does not use the fake has the frames of botocore in its traceback, after one that does, too."""
    result = run(
        """
        import botocore.session

        def test_with(secretsmanager_client):
            secretsmanager_client.get_secret_value(SecretId="none")

        def test_without():
            botocore.session.get_session().create_client("no-such-service", region_name="us-east-1")
        """,
        "--tb=short",
    )
    result.assert_outcomes(failed=2)
    after = result.stdout.str().partition("_ test_without _")[2]
    assert "botocore/session.py:" in after.replace("\\\\", "/")


def test_nothing_is_left_behind(run: Run) -> None:
    """What makes pytest fold frames is gone from the modules once the report is made; a module's own word stays."""
    result = run(
        """
        import botocore.client
        import botocore.endpoint
        import pytest

        botocore.endpoint.__tracebackhide__ = False

        def test_it(secretsmanager_client):
            secretsmanager_client.get_secret_value(SecretId="none")

        def test_after():
            assert not hasattr(botocore.client, "__tracebackhide__")
            assert botocore.endpoint.__dict__.pop("__tracebackhide__") is False
        """
    )
    result.assert_outcomes(failed=1, passed=1)


def test_a_traceback_without_a_frame_of_the_users(run: Run, pytester: pytest.Pytester) -> None:
    """Where no frame would be left, all stay: a fixture of ours that fails says where."""
    result = run(
        "def test_it(secretsmanager_endpoint): pass",
        "--tb=short",
        conftest="""
        import pytest
        from pytest_secretsdelete import FakeSecretsManager

        @pytest.fixture(autouse=True)
        def broken(monkeypatch):
            monkeypatch.setattr(FakeSecretsManager, "endpoint", property(lambda self: 1 / 0).fget.__get__)
        """,
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*plugin.py:*in secretsmanager_endpoint*"])
