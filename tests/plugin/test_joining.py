"""Fakes of a wider scope: a test joins them, and what it does is undone at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Run

SHARED = """
    import boto3
    import pytest
    from pytest_secretsdelete import FakeSecretsManager

    @pytest.fixture(scope="{scope}"{more})
    def shared(request):
        with FakeSecretsManager({settings}) as fake:
            fake.seed("shared", "x")
            boto3.client("secretsmanager", region_name=fake.region).create_secret(Name="made", SecretString="x")
            yield fake
"""
UNDONE = """
    import boto3
    import pytest
    from datetime import datetime, timedelta, timezone

    def names(fake):
        return [secret.name for secret in fake.secrets()]

    @pytest.mark.parametrize("turn", range(2))
    def test_everything_is_undone(shared, secretsmanager, secretsmanager_client, secretsmanager_clock, turn):
        assert secretsmanager is shared
        assert names(shared) == ["shared", "made"]
        assert len(shared.calls) == 1
        assert shared.unused_faults() == ()
        secretsmanager_client.create_secret(Name="new", SecretString="x")
        secretsmanager_client.delete_secret(SecretId="shared")
        secretsmanager_clock.advance(days=31)
        assert names(shared) == ["made", "new"]
        shared.deny()
        shared.fail("GetSecretValue", "ThrottlingException", times=None)

    @pytest.mark.secret("seeded", "y")
    def test_a_marker_joins(shared):
        assert names(shared) == ["shared", "made", "seeded"]
        assert abs(datetime.now(timezone.utc) - shared.secret("shared").created_date) < timedelta(days=1)

    def test_the_endpoint_joins(shared, secretsmanager_endpoint):
        client = boto3.client("secretsmanager", endpoint_url=secretsmanager_endpoint)
        assert client.describe_secret(SecretId="shared")["ARN"] == shared.secret("shared").arn

    def test_after_all(shared):
        assert names(shared) == ["shared", "made"]
"""


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
def test_what_a_test_does_is_undone(run: Run, scope: str) -> None:
    """Whatever the scope of the user's fixture, each test finds the fake as the fixture has left it."""
    result = run(UNDONE, conftest=SHARED.format(scope=scope, settings="", more=""))
    result.assert_outcomes(passed=5)


@pytest.mark.parametrize("arguments", [("-n2",), ("-n2", "--dist=loadfile"), ("-prandomly",)])
def test_with_other_plugins(run: Run, arguments: tuple[str, ...]) -> None:
    """The same holds with pytest-xdist, and in random order."""
    pytest.importorskip("xdist")
    pytest.importorskip("pytest_randomly")
    result = run(UNDONE, *arguments, conftest=SHARED.format(scope="session", settings="", more=""), apart=True)
    result.assert_outcomes(passed=5)


def test_parametrised_and_dynamic_scopes(run: Run) -> None:
    """A parametrised fixture of a dynamic scope gives one fake for each parameter."""
    conftest = SHARED.format(
        scope="x", settings="region=request.param", more=', params=["eu-west-1", "ap-south-1"]'
    ).replace('scope="x"', "scope=lambda fixture_name, config: 'module'")
    result = run(
        """
        import pytest

        @pytest.mark.secret("new", "x")
        def test_one(shared, secretsmanager):
            assert secretsmanager is shared
            assert {secret.region for secret in shared.secrets()} == {shared.region}
            assert len(shared.secrets()) == 3

        def test_other(shared):
            assert len(shared.secrets()) == 2
        """,
        conftest=conftest,
    )
    result.assert_outcomes(passed=4)


def test_ready_made(run: Run) -> None:
    """`secretsmanager_module` joins `secretsmanager_session`; what each test and module does is undone."""
    module = """
        import pytest

        @pytest.fixture(scope="module")
        def filled(secretsmanager_session, secretsmanager_module):
            assert secretsmanager_module is secretsmanager_session
            assert [secret.name for secret in secretsmanager_module.secrets()] == ["everywhere"]
            secretsmanager_module.seed("module", "x")

        @pytest.mark.parametrize("turn", range(2))
        @pytest.mark.secret("test", "x")
        def test_it(filled, secretsmanager_session, secretsmanager, turn):
            assert secretsmanager is secretsmanager_session
            assert {secret.name for secret in secretsmanager.secrets()} == {"everywhere", "module", "test"}
            assert secretsmanager.secret("test").created_date.year == 2020
    """
    conftest = """
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def everywhere(secretsmanager_session):
            assert secretsmanager_session.region == "eu-west-1"
            secretsmanager_session.seed("everywhere", "x")
    """
    result = run(
        module, conftest=conftest, ini="secretsmanager_region = eu-west-1\nsecretsmanager_now = 2020-01-01T00:00:00Z"
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("scope", ["session", "package"])
def test_a_wider_fixture_that_is_first_set_up_in_a_joined_module(
    run: Run, pytester: pytest.Pytester, scope: str
) -> None:
    """What it seeds is there in the next module, too; what the module and its tests seed is not."""
    conftest = f"""
        import pytest

        @pytest.fixture(scope="{scope}")
        def everywhere(secretsmanager_session):
            secretsmanager_session.seed("everywhere", "x")
            secretsmanager_session.client().tag_resource(SecretId="everywhere", Tags=[{{"Key": "k", "Value": "v"}}])

        def names(fake):
            return {{secret.name for secret in fake.secrets()}}
    """
    module = """
        import pytest
        from conftest import names

        @pytest.fixture(scope="module", autouse=True)
        def of_the_module(secretsmanager_session, secretsmanager_module):
            secretsmanager_module.seed(__name__, "x")

        def test_before(secretsmanager):
            assert names(secretsmanager) - {"everywhere"} == {__name__}
            secretsmanager.seed("test", "x")

        def test_it(everywhere, secretsmanager):
            assert names(secretsmanager) == {"everywhere", __name__}
            assert secretsmanager.secret("everywhere").tags == {"k": "v"}
            secretsmanager.client().delete_secret(SecretId="everywhere", ForceDeleteWithoutRecovery=True)

        def test_after(everywhere, secretsmanager):
            assert names(secretsmanager) == {"everywhere", __name__}
    """
    last = """
        from conftest import names

        def test_it(everywhere, secretsmanager):
            assert names(secretsmanager) == {"everywhere"}
    """
    pytester.makepyfile(test_one=module, test_two=module, test_zero=last)
    run(conftest=conftest).assert_outcomes(passed=7)


def test_a_module_without_a_session(run: Run) -> None:
    """`secretsmanager_module` starts a fake of its own, with the ini options, and another one in the next module."""
    test = """
        def test_it(secretsmanager_module, secretsmanager):
            assert secretsmanager is secretsmanager_module
            assert secretsmanager_module.secrets() == ()
            secretsmanager_module.seed("a", "x")

        def test_again(secretsmanager_module):
            assert secretsmanager_module.secrets() == ()
    """
    run(test).assert_outcomes(passed=2)


def test_a_wider_fake_that_starts_in_a_test(run: Run) -> None:
    """A wider fixture that a test asks for while it runs cannot join that test's own fake, which ends before."""
    result = run(
        """
        def test_it(request, secretsmanager):
            wider = request.getfixturevalue("secretsmanager_module")
            assert wider is not secretsmanager
            wider.seed("a", "x")

        def test_then(request, secretsmanager):
            assert [secret.name for secret in secretsmanager.secrets()] == ["a"]
        """
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("region='eu-west-1'", "region='eu-west-1'*wider fixture has started with region='us-east-1'*"),
        ("account_id='111122223333'", "account_id='111122223333'*started with account_id='123456789012'*"),
        ("keep_credentials=True", "keep_credentials=True*started with keep_credentials=False*"),
    ],
)
def test_a_marker_that_contradicts(run: Run, given: str, text: str) -> None:
    """A marker cannot change the region or the account of a joined fake, nor the like; saying the same is fine.

    Ini options are for the fakes that the plugin makes: a joined one stays as it was made.
    """
    result = run(
        f"""
        import pytest

        @pytest.mark.secretsmanager({given})
        def test_wrong(shared): pass

        @pytest.mark.secretsmanager(region="us-east-1", account_id="123456789012")
        def test_the_same(shared, secretsmanager): assert secretsmanager is shared
        """,
        conftest=SHARED.format(scope="module", settings="", more=""),
        ini="secretsmanager_account_id = 444455556666\nsecretsmanager_calls_kept = 5",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"*@pytest.mark.secretsmanager({text}"])


def test_a_seed_whose_name_is_taken(run: Run) -> None:
    """The error says that a fixture has seeded, or created, the secret of that name."""
    result = run(
        """
        import pytest

        @pytest.mark.secret("shared", "y")
        def test_seeded(shared): pass

        @pytest.mark.secret("made", "y")
        def test_created(shared): pass

        @pytest.mark.secret("shared", "y", region="eu-west-1")
        def test_elsewhere(shared): pass
        """,
        conftest=SHARED.format(scope="module", settings="", more=""),
    )
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["*@pytest.mark.secret('shared'): a wider fixture has seeded a secret*"])
    result.stdout.fnmatch_lines(["*@pytest.mark.secret('made'): a wider fixture has created a secret*"])


def test_delays_and_time_of_one_test(run: Run) -> None:
    """The delays and the time of a marker count for its test; the delays of the fake itself stay."""
    result = run(
        """
        import pytest
        from datetime import datetime, timedelta, timezone

        @pytest.mark.secretsmanager(purge_delay=timedelta(days=5), now="2040-01-01T00:00:00Z")
        @pytest.mark.secret("old", "x", deleted_days_ago=31)
        def test_slow(shared, secretsmanager_clock):
            assert secretsmanager_clock.now().year == 2040
            secretsmanager_clock.advance(days=3)
            assert "old" in shared
            secretsmanager_clock.advance(days=1)
            assert "old" not in shared

        @pytest.mark.secret("old", "x", deleted_days_ago=30.5)
        def test_of_the_fixture(shared):
            assert datetime.now(timezone.utc).year < 2040
            assert "old" in shared
            assert len(shared.calls) == 1
        """,
        conftest=SHARED.format(scope="module", settings="purge_delay=__import__('datetime').timedelta(1)", more=""),
        ini="secretsmanager_purge_delay = 9d",
    )
    result.assert_outcomes(passed=2)


def test_a_freeze_of_a_wider_fixture(run: Run) -> None:
    """The clock moves a freeze that is as wide as the fake, and sets it back at the end of the test."""
    conftest = SHARED.format(scope="module", settings="", more="").replace(
        "with FakeSecretsManager() as",
        "import freezegun\n        with freezegun.freeze_time('2030-01-01'), FakeSecretsManager() as",
    )
    test = """
        import pytest
        from datetime import datetime

        @pytest.mark.parametrize("turn", range(2))
        def test_it(shared, secretsmanager_clock, turn):
            assert datetime.now() == datetime(2030, 1, 1)
            secretsmanager_clock.advance(days=3)
            assert datetime.now() == datetime(2030, 1, 4)
    """
    run(test, conftest=conftest).assert_outcomes(passed=2)


def test_a_clock_that_comes_late(run: Run) -> None:
    """A clock that a test asks for while it runs knows that the fake is shared, or the test's own."""
    test = """
        import pytest
        from datetime import datetime

        @pytest.mark.parametrize("turn", range(2))
        def test_it(shared, secretsmanager, request, turn):
            request.getfixturevalue("secretsmanager_clock").advance(days=3)
            assert datetime.now() == datetime(2030, 1, 4)

        def test_own(secretsmanager, request):
            request.getfixturevalue("secretsmanager_clock").advance(days=3)
    """
    conftest = SHARED.format(scope="class", settings="", more="").replace(
        "with FakeSecretsManager() as",
        "import freezegun\n        with freezegun.freeze_time('2030-01-01'), FakeSecretsManager() as",
    )
    run(test, conftest=conftest).assert_outcomes(passed=3)


def test_reports(run: Run) -> None:
    """Leftovers, unused faults and the section of a failed test are those of the test itself."""
    conftest = SHARED.format(scope="module", settings="", more="").replace(
        "yield fake", "fake.fail('GetSecretValue', 'X')\n            yield fake"
    )
    result = run(
        """
        import pytest

        def test_clean(shared, secretsmanager_client):
            secretsmanager_client.create_secret(Name="new", SecretString="x")
            secretsmanager_client.delete_secret(SecretId="new")

        def test_left(shared, secretsmanager_client):
            secretsmanager_client.create_secret(Name="left", SecretString="x")

        def test_unused(shared, secretsmanager):
            secretsmanager.fail("TagResource", "Y")

        @pytest.fixture
        def late(secretsmanager_client):
            yield
            secretsmanager_client.describe_secret(SecretId="late")

        @pytest.fixture
        def inner(secretsmanager):
            with secretsmanager.checkpoint():
                yield

        def test_left_in_a_checkpoint(shared, inner, secretsmanager_client):
            secretsmanager_client.create_secret(Name="inner", SecretString="x")

        def test_late(shared, late):
            pass
        """,
        conftest=conftest,
        ini="secretsmanager_fail_on_leftovers = true",
    )
    result.assert_outcomes(passed=2, failed=3, errors=1)
    result.stdout.fnmatch_lines(["*Secrets left behind: left. *"])
    result.stdout.fnmatch_lines(["*Secrets left behind: inner. *"])
    result.stdout.fnmatch_lines(["*Faults that were not used up: Y for TagResource (1 of 1 left).*"])
    result.stdout.fnmatch_lines(["*DescribeSecret *ResourceNotFoundException *test_reports.py:*"])
    result.stdout.no_fnmatch_line("shared *")
    result.stdout.no_fnmatch_line("made *")


def test_unittest(run: Run) -> None:
    """What setUpClass has started is joined; setUp runs inside what is undone."""
    result = run(
        """
        import unittest
        import pytest
        from pytest_secretsdelete import FakeSecretsManager

        @pytest.mark.secret("marked", "x")
        class TestIt(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                cls.fake = FakeSecretsManager().start()
                cls.addClassCleanup(cls.fake.stop)
                cls.fake.seed("class", "x")

            def setUp(self):
                self.fake.seed("setup", "x")

            def test_one(self):
                assert [secret.name for secret in self.fake.secrets()] == ["class", "marked", "setup"]
                assert FakeSecretsManager.active() is self.fake

            test_two = test_one
        """
    )
    result.assert_outcomes(passed=2)


def test_a_rotation_under_way(run: Run) -> None:
    """A rotation that another thread still runs at the end of a test is undone with the rest."""
    result = run(
        """
        import threading
        import pytest

        FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
        gate, reached = threading.Event(), threading.Event()
        threads = []

        def rotate(event, context):
            reached.set()
            assert gate.wait(60)

        def test_it(shared, secretsmanager, secretsmanager_client):
            shared.rotation_function(FUNCTION, rotate)
            call = {"SecretId": "shared", "RotationLambdaARN": FUNCTION}
            threads.append(threading.Thread(target=secretsmanager_client.rotate_secret, kwargs=call))
            threads[0].start()
            assert reached.wait(60)

        def test_then(shared):
            gate.set()
            threads[0].join(60)
            assert shared.rotations == ()
            assert [label for version in shared.secret("shared").versions for label in version.staging_labels] == ["AWSCURRENT"]
        """,
        conftest=SHARED.format(scope="module", settings="", more=""),
    )
    result.assert_outcomes(passed=2)


def test_markers_come_before_a_fixture_of_the_function(run: Run) -> None:
    """A marker starts its fake before a fixture of the same scope, which then has a fake of its own inside."""
    result = run(
        """
        import pytest

        @pytest.mark.secret("marked", "x")
        def test_marked(secretsmanager, shared):
            assert secretsmanager is not shared
            assert [secret.name for secret in secretsmanager.secrets()] == ["marked"]

        def test_fixture_first(shared, secretsmanager):
            assert secretsmanager is shared

        def test_ours_first(secretsmanager, shared):
            assert secretsmanager is not shared
        """,
        conftest=SHARED.format(scope="function", settings="", more=""),
    )
    result.assert_outcomes(passed=3)


def test_the_seed_file_is_not_joined(run: Run, pytester: pytest.Pytester) -> None:
    """The fake of the seed file has stopped before the tests: theirs are their own."""
    (pytester.path / "secrets.toml").write_text('imported = "x"\n')
    result = run(
        "def test_it(secretsmanager): assert secretsmanager.secrets() == ()",
        ini="secretsmanager_seed_file = secrets.toml",
    )
    result.assert_outcomes(passed=1)
