"""A run of the table's rows against an endpoint: what it asks, makes, compares, writes and removes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from pytest_secretsdelete import FakeSecretsManager

from ..conformance.fidelity import evidence_of
from ..conformance.live import cleaning, endpoint
from ..conformance.live.names import Names, Place
from ..conformance.live.plan import REGIONS, plan
from ..conformance.live.report import masked_text
from ..conformance.live.world import LiveWorld
from ..conformance.rows import ROWS
from ..conformance.table import ACCOUNT as TABLE_ACCOUNT
from ..conformance.table import TOKENS
from .conftest import ACCOUNT, names_of

#: The table in parts, each of which takes about as long as the others.
PARTS = {
    "creation": "^(Create|Update)",
    "values": "^(Get|BatchGet|Put)",
    "listings": "^(List|Describe)",
    "others": "^(?!Create|Update|Get|BatchGet|Put|List|Describe)",
}
FEW = "^RestoreSecret:"


def fitting(pattern):
    """Return the rows that a pattern chooses."""
    return [row for row in ROWS if re.search(pattern, row.label)]


def test_the_parts_are_the_whole_table():
    """Each row is in exactly one part."""
    assert sorted(row.label for part in PARTS.values() for row in fitting(part)) == sorted(row.label for row in ROWS)


@pytest.mark.parametrize("part", PARTS)
def test_the_fake_answers_as_the_table_says(part, served, live):
    """No row differs, each one runs or has a reason, each inferred row is settled, and nothing is left."""
    run = live("--yes", "--rows", PARTS[part], "--region", "eu-west-3")

    assert (run.code, run.report["differ"], run.report["complete"]) == (0, [], True)
    rows = {row.label: row for row in fitting(PARTS[part])}
    ran = [one["row"] for one in run.report["rows"]]
    assert ran
    assert sorted([*ran, *run.report["left_out"]]) == sorted(rows)
    inferred = [label for label in ran if "inferred" in evidence_of(rows[label])]
    assert run.report["settled"] == [{"row": label, "holds": True} for label in inferred]
    assert names_of(served) == []
    check_the_announcement(run, served.calls)
    check_the_masks(run.text)


def check_the_announcement(run, calls):
    """Compare what was announced with the calls made: each CreateSecret, and each replica asked for."""
    replicas = [one for call in calls for one in call.parameters.get("AddReplicaRegions", [])]
    creating = [call for call in calls if call.operation == "CreateSecret"]
    assert f"At most {len(creating) + len(replicas)} secrets named secretsdelete-check-" in run.printed
    assert len(calls) <= int(re.search(r"About (\d+) calls", run.printed)[1]) <= 2 * len(calls)


def check_the_masks(text):
    """Look for what belongs to an account: its number, region, names, ids, suffixes, dates and values."""
    for hidden in (ACCOUNT, "eu-west-3", "secretsdelete-check", "127.0.0.1"):
        assert hidden not in text
    assert set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)) <= set(TOKENS)
    assert not re.search(r"20[2-9]\d-\d\d-\d\d|\b1[78]\d{8}\b", text)
    assert set(re.findall(r'"(?:SecretString|SecretBinary|RandomPassword|NextToken)": (.*?),?\n', text)) <= {'"MASKED"'}
    arns = re.findall(r":secret:[^\"\s,]+", text)
    assert {arn.rstrip(".").rpartition("-")[2] for arn in arns} <= {"SUFFIX"}


def test_the_costs_are_those_of_the_list_prices(served, live):
    """An hour of each secret at 0.40 a month, and each call at 0.05 for 10,000."""
    run = live("--yes", "--rows", "^CreateSecret:")

    secrets, calls = (int(re.search(form, run.printed)[1]) for form in (r"At most (\d+)", r"About (\d+) calls"))
    assert f"${secrets * 0.40 / 730 + calls * 0.05 / 10_000:.2f}\n" in run.printed


@pytest.mark.parametrize("answer", ["n", "", None])
def test_a_refusal_at_the_prompt_sends_nothing(answer, served, path, live, monkeypatch):
    """No call is made, and no report is written, unless the answer is yes."""

    def ask(_):
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", ask)
    with pytest.raises(FileNotFoundError):
        live("--rows", FEW)

    assert served.calls == ()
    assert not path.exists()


def test_yes_at_the_prompt_runs(served, live, monkeypatch):
    """What is agreed to is run."""
    monkeypatch.setattr("builtins.input", lambda _: "y")

    assert live("--rows", FEW).code == 0
    assert served.calls


def test_an_account_without_permission(served, live):
    """Where not even the first secret can be created, the reason is said, and no row runs."""
    served.deny("CreateSecret")

    run = live("--yes", "--rows", FEW)

    assert (run.code, run.report["rows"], run.report["complete"]) == (2, [], False)
    assert "Stopped: An error occurred (AccessDeniedException) when calling the CreateSecret operation" in run.printed


class TestRemoval:
    """Whatever happens, nothing stays under the prefix."""

    @pytest.fixture
    def breaking(self, monkeypatch):
        """Return a function that lets the fourth row of a run fail after its call, and its own removal not happen."""

        def install(error):
            real, seen = LiveWorld.send, []

            def send(world, agrees):
                outcome = real(world, agrees)
                seen.append(world)
                if len(seen) == 4:
                    monkeypatch.setattr(LiveWorld, "clean", lambda world: None)
                    raise error
                return outcome

            monkeypatch.setattr(LiveWorld, "send", send)

        return install

    ROWS = ("--yes", "--rows", "^CreateSecret: with")

    def test_an_interrupt(self, breaking, served, live):
        """The report says that it is not complete."""
        breaking(KeyboardInterrupt())

        run = live(*self.ROWS)

        assert (run.code, run.report["complete"], len(run.report["rows"])) == (130, False, 3)
        assert any(call.operation == "CreateSecret" for call in served.calls)
        assert names_of(served) == []

    def test_an_exception(self, breaking, served, live, path):
        """What nobody expected is raised, after everything has been removed and the report written."""
        breaking(ZeroDivisionError("unexpected"))

        with pytest.raises(ZeroDivisionError):
            live(*self.ROWS)

        assert '"complete": false' in path.read_text(encoding="utf-8")
        assert names_of(served) == []

    def test_what_resists_is_named(self, served, live):
        """Where deletion is denied, the run says which secrets are left, and where."""
        served.deny("DeleteSecret")

        run = live("--yes", "--rows", FEW)

        assert run.code == 2
        left = names_of(served)
        assert left
        for name in left:
            assert f"NOT REMOVED, please remove it: us-east-1: {name}: " in run.printed

    def test_others_stay(self, served, live):
        """Secrets outside the prefix are neither named in a call nor removed."""
        for region in REGIONS:
            served.seed("a", "not ours", region=region)

        run = live("--yes", "--rows", "^(ListSecrets: (a page|filter: all)|RestoreSecret|BatchGetSecretValue: by)")

        assert (run.code, names_of(served)) == (0, ["a"] * len(REGIONS))
        assert not [call for call in served.calls if call.parameters.get("SecretId") == "a"]
        assert "not ours" not in run.text

    @pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
    def test_a_replicated_secret(self, region, served):
        """Its replicas are taken away first; a replica is taken from its primary."""
        client = endpoint.Endpoint().client("us-east-1")
        client.create_secret(Name="b", AddReplicaRegions=[{"Region": "eu-west-1"}])

        assert cleaning.swept(endpoint.Endpoint().client(region), "b", ()) == []

        assert served.secrets(region) == ()


class TestReport:
    """What can be shown to others."""

    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ("arn:aws:secretsmanager:us-east-1:210987654321:secret:a/b-x1Y2z3.", "{}:us-east-1:ACCOUNT:secret:a/b-SUFFIX."),
            ("[arn:aws:secretsmanager:us-east-1:210987654321:secret:a-x1Y2z3]", "[{}:us-east-1:ACCOUNT:secret:a-SUFFIX]"),
            ("User: arn:aws:iam::210987654321:user/Jane is not", "User: arn:aws:iam::ACCOUNT:IDENTITY is not"),
            ("arn:aws:sts::210987654321:assumed-role/Admin/jane@x.org", "arn:aws:sts::ACCOUNT:IDENTITY"),
            ("arn:aws:iam::210987654321:root", "arn:aws:iam::ACCOUNT:root"),
            ("arn:aws:kms:us-east-1:210987654321:key/1234ABCD-12ab-34cd-56ef-1234567890ab",
             "arn:aws:kms:us-east-1:ACCOUNT:key/ID"),
            ("AROAEXAMPLEEXAMPLE12 at https://x.example.org/path?a=b", "ID at URL"),
            ("2026-11-27T07:38:58.123Z, 2026-11-27 07:38:58+00:00 and 2026-11-27", "DATE, DATE and DATE"),
            ("version 2012-10-17, " + TOKENS[1], "version 2012-10-17, " + TOKENS[1]),
        ],
    )  # fmt: skip
    def test_texts_are_masked(self, text, masked):
        """Messages name accounts, identities, keys and dates; the table's own words stay."""
        assert masked_text(text) == masked.format("arn:aws:secretsmanager")

    def test_secrets_of_others_are_left_out(self):
        """An endpoint that does not know the filter lists them."""
        names = Names("prefix/000/", Place())
        answer = {"SecretList": [{"Name": "prefix/000/a"}, {"Name": "theirs"}], "NextToken": "more"}

        assert names.only_own(answer) == {"SecretList": [{"Name": "prefix/000/a"}], "NextToken": "more"}

    def test_a_difference_is_beside_what_the_table_says(self, served, live):
        """A row that differs has both answers, and the members in which they differ; a check, what it found."""
        served.fail("RestoreSecret", "InternalServiceError", times=100)

        run = live("--yes", "--rows", FEW)

        assert run.code == 1
        assert run.report["differ"]
        for one in run.report["rows"]:
            if "expected" in one and one["row"] in run.report["differ"]:
                assert one["answer"]["Code"] == "InternalServiceError"
                assert {"Code", "Status"} <= set(one["differs_in"])
                assert one["answer"] != one["expected"]
        wrong = [one["row"] for one in run.report["settled"] if not one["holds"]]
        assert wrong
        assert set(wrong) <= set(run.report["differ"])


class TestConsistency:
    """AWS shows late what has just been written."""

    @pytest.fixture(autouse=True)
    def _far_away(self, monkeypatch):
        """Let loopback be taken for AWS, with short pauses."""
        monkeypatch.setattr(endpoint, "LOOPBACK", set())
        monkeypatch.setattr(endpoint, "PAUSES", (0.01, 0.01, 0.01))
        monkeypatch.setattr(endpoint, "PACE", 0)

    @pytest.mark.parametrize(
        ("operation", "rows"),
        [
            ("PutSecretValue", "^PutSecretValue: no stages"),  # the row's own call
            ("PutSecretValue", "^GetSecretValue: VersionStage"),  # a step before it
            ("DescribeSecret", "^TagResource: no tags"),  # a check after it
        ],
    )
    def test_a_secret_that_is_not_found_yet(self, operation, rows, served, live):
        """It is asked for again."""
        served.fail(operation, "ResourceNotFoundException", times=2)

        run = live("--yes", "--rows", rows)

        assert run.report["rows"]
        assert (run.code, run.report["differ"], served.unused_faults()) == (0, [], ())

    def test_what_is_never_found_differs(self, served, live):
        """It is not waited for without end."""
        served.fail("PutSecretValue", "ResourceNotFoundException", times=100)

        assert live("--yes", "--rows", "^PutSecretValue: no stages").code == 1

    def test_a_name_that_is_not_free_yet(self, live, monkeypatch):
        """A deletion without a window takes a while."""
        monkeypatch.setattr(endpoint, "PAUSES", (0.3, 0.3))
        delay = timedelta(seconds=0.2)
        with FakeSecretsManager(force_delete_delay=delay) as fake, fake.endpoint():
            run = live("--yes", "--rows", "^CreateSecret: name.*forced")

        assert run.report["rows"]
        assert run.report["differ"] == []


def test_rows_left_out_have_reasons():
    """No row that needs the clock, an option, another account or a function is planned."""
    todo = plan(fitting("^(Rotate|Cancel|Delete|Restore)"), reserve=40)

    for one in todo.rows:
        assert (one.row.timed, one.row.options, one.row.raw) == (False, {}, False)
        assert one.row.account == TABLE_ACCOUNT
        assert "function:" not in str(one.row.call)
    assert todo.rows
    assert {"the clock", "another account", "a rotation function"} <= set(todo.left_out.values())
