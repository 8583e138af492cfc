"""Rules: creating secrets, and reading and changing their values and labels."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from .choices import (
    HOME,
    PLACES,
    TOKENS,
    brought,
    descriptions,
    forms,
    label_lists,
    labels,
    other,
    regions,
    tag_lists,
    tokens,
    values,
    whoms,
)
from .machine import Machine


class Values(Machine):
    """Everything that is done to values and labels."""

    @rule(
        place=st.sampled_from(PLACES),
        value=st.none() | values,
        token=tokens,
        description=descriptions,
        tags=st.none() | tag_lists,
        replicated=st.sampled_from((None, None, None, False, True)),
    )
    def create(
        self,
        place: tuple[str, str],
        value: str | bytes | None,
        token: str | None,
        description: str | None,
        tags: list[dict[str, str]] | None,
        replicated: bool | None,
    ) -> None:
        """Create a secret, or fail to."""
        region, name = self.last = place
        more: dict[str, Any] = brought(value)
        more |= {} if description is None else {"Description": description}
        more |= {} if tags is None else {"Tags": tags}
        if replicated is not None:
            more["AddReplicaRegions"] = [{"Region": other(region)}]
            more["ForceOverwriteReplicaSecret"] = replicated
        self.call("CreateSecret", region, Name=name, ClientRequestToken=self.token(token), **more)

    @rule(whom=whoms, form=forms, value=values, token=tokens, stages=label_lists)
    def put(self, whom: int, form: str, value: str | bytes, token: str | None, stages: list[str] | None) -> None:
        """Put a value, under the labels given."""
        members = brought(value)
        self.ask("PutSecretValue", whom, form, VersionStages=stages, ClientRequestToken=self.token(token), **members)

    @rule(whom=whoms, many=st.sampled_from((19, 20)))
    def put_with_many_labels(self, whom: int, many: int) -> None:
        """Put a value under as many labels as a version can have."""
        stages = [f"label-{number}" for number in range(many)]
        self.ask("PutSecretValue", whom, SecretString="m", VersionStages=stages, ClientRequestToken=self.token(None))

    @rule(whom=whoms)
    def put_many_values(self, whom: int) -> None:
        """Put so many values that AWS soon cleans up the oldest."""
        _, held = self.held(whom)
        usable = held is not None and held.deletion is None and not self.reference.troubles
        for _ in range(55 if usable else 1):
            self.ask("PutSecretValue", whom, SecretString="many", ClientRequestToken=self.token(None))

    @rule(
        whom=whoms,
        form=forms,
        value=st.none() | values,
        token=tokens,
        description=descriptions,
        key=st.sampled_from((None, None, "", "alias/own", "alias/aws/secretsmanager")),
    )
    def update(
        self,
        whom: int,
        form: str,
        value: str | bytes | None,
        token: str | None,
        description: str | None,
        key: str | None,
    ) -> None:
        """Update a secret, or nothing of it."""
        more = {**brought(value), "Description": description, "KmsKeyId": key}
        self.ask("UpdateSecret", whom, form, ClientRequestToken=self.token(token), **more)

    @rule(whom=whoms, label=labels, source=st.integers(-1, 4), goal=st.integers(-1, 4))
    def move_label(self, whom: int, label: str, source: int, goal: int) -> None:
        """Move, add or remove a label; mostly away from the version that holds it."""
        _, held = self.held(whom)
        ids = [version.id for version in held.versions] if held else []
        holder = held.holder(label) if held else None
        chosen = [None if index < 0 else (ids[-1 - index % len(ids)] if ids else TOKENS[0]) for index in (source, goal)]
        if source > 1 and holder is not None:
            chosen[0] = holder.id
        move = {"RemoveFromVersionId": chosen[0], "MoveToVersionId": chosen[1]}
        self.ask("UpdateSecretVersionStage", whom, VersionStage=label, **move)

    @rule(whom=whoms, form=forms, index=st.none() | st.integers(0, 6), stage=st.none() | labels)
    def read(self, whom: int, form: str, index: int | None, stage: str | None) -> None:
        """Read a value, by version, by label, by both or by none."""
        _, held = self.held(whom)
        ids = [*[version.id for version in reversed(held.versions)], *sorted(held.cleaned_up)[:1]] if held else []
        version_id = None if index is None else [*ids, TOKENS[0]][index % (len(ids) + 1)]
        self.ask("GetSecretValue", whom, form, VersionId=version_id, VersionStage=stage)

    @rule(
        region=regions,
        wanted=st.sampled_from(("app", "app/", "none")) | st.lists(st.tuples(whoms, forms), min_size=1, max_size=4),
    )
    def read_several(self, region: str, wanted: str | list[tuple[int, str]]) -> None:
        """Read several values at once: of secrets that are named, or whose names begin alike."""
        if isinstance(wanted, str):
            self.call("BatchGetSecretValue", region, Filters=[{"Key": "name", "Values": [wanted]}])
        else:
            ids = [self.secret_id(region, self.place(whom)[1], form) for whom, form in wanted]
            self.call("BatchGetSecretValue", region, SecretIdList=ids)

    @rule(length=st.integers(4, 40))
    def ask_for_a_password(self, length: int) -> None:
        """Ask for a random password: its length alone is known."""
        answer = self.call("GetRandomPassword", HOME, PasswordLength=length)
        assert not answer or len(answer.get("RandomPassword", "-" * length)) == length
