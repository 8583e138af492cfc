"""Rules: describing and listing, page by page, and what hangs on a secret."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from .choices import POLICY, forms, regions, tag_lists, whoms
from .machine import Machine

sizes = st.none() | st.integers(1, 3)


class Describing(Machine):
    """Everything that describes secrets, and that changes tags and policies."""

    @rule(
        whom=whoms,
        form=forms,
        operation=st.sampled_from(
            ("DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy", "ListResourcePolicies")
            + ("AssociateCrossAccountReplica", "DisassociateCrossAccountReplica")
        ),
    )
    def ask_about(self, whom: int, form: str, operation: str) -> None:
        """Describe a secret under whatever name, or ask what changes nothing."""
        if operation.endswith("Replica"):
            region, _ = self.place(whom)
            nobody = f"arn:aws:secretsmanager:{region}:210987654321:secret:app-abcdef"
            self.ask(operation, whom, CrossAccountReplicaARN=nobody)
        else:
            self.ask(operation, whom, form)

    @rule(
        region=regions,
        planned=st.booleans(),
        order=st.sampled_from(("asc", "desc")),
        by=st.sampled_from(("created-date", "name")),
        name=st.none() | st.sampled_from(("app", "app/", "!app-", "x")),
        size=sizes,
    )
    def list_by_pages(
        self, region: str, planned: bool, order: str, by: str, name: str | None, size: int | None
    ) -> None:
        """List the secrets page by page."""
        members: dict[str, Any] = {"IncludePlannedDeletion": planned, "SortOrder": order, "SortBy": by}
        members |= {} if name is None else {"Filters": [{"Key": "name", "Values": [name]}]}
        self._read_pages("ListSecrets", region, size, members)

    @rule(whom=whoms, deprecated=st.booleans(), size=sizes)
    def list_versions_by_pages(self, whom: int, deprecated: bool, size: int | None) -> None:
        """List the versions of a secret page by page, unless there are very many."""
        region, held = self.held(whom)
        if held is not None and (size is None or len(held.versions) <= 20):
            members = {"SecretId": held.name, "IncludeDeprecated": deprecated}
            self._read_pages("ListSecretVersionIds", region, size, members)

    def _read_pages(self, operation: str, region: str, size: int | None, members: dict[str, Any]) -> None:
        """Read every page; what is troubled is left alone, since time may pass between two attempts."""
        limit = {} if size is None else {"MaxResults": size}
        more: dict[str, str] = {}
        while not self.reference.troubles:
            page = self.call(operation, region, **members, **limit, **more)
            if not page or "NextToken" not in page:
                break
            more = {"NextToken": page["NextToken"]}

    # Of replicas only those tags and policies that their primaries hand down

    @rule(whom=whoms, form=forms, tags=tag_lists)
    def tag(self, whom: int, form: str, tags: list[dict[str, str]]) -> None:
        """Tag a secret."""
        self.ask("TagResource", whom, form, Tags=tags)

    @rule(whom=whoms, form=forms, keys=st.lists(st.sampled_from("abc"), max_size=3))
    def untag(self, whom: int, form: str, keys: list[str]) -> None:
        """Take tags off a secret."""
        self.ask("UntagResource", whom, form, TagKeys=keys)

    @rule(
        whom=whoms,
        form=forms,
        operation=st.sampled_from(
            ("PutResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy", "ValidateResourcePolicy")
        ),
        policy=st.sampled_from((POLICY, POLICY, "no JSON")),
    )
    def change_policy(self, whom: int, form: str, operation: str, policy: str) -> None:
        """Put, delete or validate a resource policy."""
        members = {} if operation == "DeleteResourcePolicy" else {"ResourcePolicy": policy}
        self.ask(operation, whom, form, **members)
