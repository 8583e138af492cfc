"""The fixtures in asynchronous tests, under pytest-asyncio and anyio."""

from __future__ import annotations

import pytest

from ..support import PATIENCE

pytest.importorskip("aiobotocore")

TEST = """
    import asyncio

    import boto3
    import pytest
    from aiobotocore.session import get_session

    {mark}
    @pytest.mark.secret("db/password", "hunter2")
    async def test_async(secretsmanager, secretsmanager_clock):
        async with get_session().create_client("secretsmanager") as client:
            await client.delete_secret(SecretId="db/password", RecoveryWindowInDays=7)
            await asyncio.sleep(0.001)
            secretsmanager_clock.advance(days=7)
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                await client.describe_secret(SecretId="db/password")

    @pytest.mark.secret("db/password", "hunter2")
    def test_sync(secretsmanager_client):
        assert secretsmanager_client.get_secret_value(SecretId="db/password")["SecretString"] == "hunter2"
"""


@pytest.mark.parametrize(
    ("mark", "options"),
    [
        ("@pytest.mark.asyncio", "asyncio_mode = strict\nasyncio_default_fixture_loop_scope = function"),
        ("", "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function"),
    ],
    ids=["strict", "auto"],
)
def test_pytest_asyncio(pytester, mark, options):
    """In both of its modes."""
    pytest.importorskip("pytest_asyncio")
    pytester.makeini(f"[pytest]\n{options}")
    pytester.makepyfile(TEST.format(mark=mark))
    pytester.runpytest_subprocess("-p", "no:anyio").assert_outcomes(passed=2)


def test_anyio_on_trio(pytester):
    """Under anyio's plugin, on trio: synchronous clients, and the clock."""
    pytest.importorskip("anyio")
    pytest.importorskip("trio")
    pytester.makepyfile("""
        import anyio
        import boto3
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "trio"

        @pytest.mark.anyio
        @pytest.mark.secret("db/password", "hunter2")
        async def test_async(secretsmanager, secretsmanager_clock):
            client = boto3.client("secretsmanager")
            client.delete_secret(SecretId="db/password", RecoveryWindowInDays=7)
            await anyio.sleep(0.001)
            secretsmanager_clock.advance(days=7)
            assert "db/password" not in secretsmanager
    """)
    pytester.runpytest_subprocess("-p", "no:asyncio", timeout=PATIENCE).assert_outcomes(passed=1)


def test_anyio(pytester):
    """Under anyio's plugin, on asyncio."""
    pytest.importorskip("anyio")
    pytester.makeconftest(
        "import pytest\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n",
    )
    pytester.makepyfile(TEST.format(mark="@pytest.mark.anyio"))
    pytester.runpytest_subprocess("-p", "no:asyncio").assert_outcomes(passed=2)
