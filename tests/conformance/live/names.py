"""The names of the table in the words of the endpoint, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..table import ACCOUNT, HERE

LONGEST_NAME = 512
LISTED = {"SecretList", "SecretValues"}


@dataclass(frozen=True)
class Place:
    """Where a run happens: the account and the region that stand for those of the table."""

    account: str = ACCOUNT
    region: str = HERE

    def swapped(self, text: str) -> str:
        """Exchange the region of the table and that of the run: each way and back."""
        other = {HERE: self.region, self.region: HERE}
        return re.sub(rf"\b({HERE}|{re.escape(self.region)})\b", lambda found: other[found[1]], text)


@dataclass(frozen=True)
class Names:
    """The names of one row: the prefix that the table does not have, and the place."""

    prefix: str
    place: Place

    def own(self, name: str) -> str:
        """Return the endpoint's name for one of the table; an empty or too long one stays what it is."""
        return name if not name or len(name) > LONGEST_NAME else self.prefix + name

    def outgoing(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Translate a request, and narrow a listing to the names of the row."""
        sent = {member: self._sent(member, value) for member, value in parameters.items() if value is not None}
        is_listing = operation == "ListSecrets" or (operation == "BatchGetSecretValue" and "Filters" in sent)
        filters = sent.get("Filters", [])
        if is_listing and not any(self._narrows(one) for one in filters):
            sent["Filters"] = [*filters, {"Key": "name", "Values": [self.prefix]}]
        return sent

    def only_own(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out of an answer the secrets of others, which an endpoint lists that does not know the filter."""
        return {
            member: [one for one in value if one["Name"].startswith(self.prefix)] if member in LISTED else value
            for member, value in answer.items()
        }

    def _sent(self, member: str, value: Any) -> Any:
        """Translate one member of a request."""
        value = each_text(value, self._to_endpoint)
        if member in {"Name", "SecretId"}:
            return self._identified(value)
        if member == "SecretIdList":
            return [self._identified(one) for one in value]
        if member == "Filters":
            return [self._filter(one) for one in value]
        return value

    def _filter(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """Translate a filter: the values of one on the name are names, negated or not."""
        if one.get("Key") != "name" or "Values" not in one:
            return dict(one)
        negated = [value.startswith("!") for value in one["Values"]]
        names = [self.own(value.removeprefix("!")) for value in one["Values"]]
        return {**one, "Values": [f"!{name}" if is_not else name for name, is_not in zip(names, negated, strict=True)]}

    def _narrows(self, one: Mapping[str, Any]) -> bool:
        """Tell whether a translated filter lists nothing but secrets of the row."""
        values = one.get("Values", [])
        return one.get("Key") == "name" and bool(values) and all(value.startswith(self.prefix) for value in values)

    def _identified(self, secret_id: str) -> str:
        """Translate a name; an ARN has been translated already."""
        return secret_id if secret_id.startswith("arn:") else self.own(secret_id)

    def _to_endpoint(self, text: str) -> str:
        """Translate the ARNs and the regions within a text."""
        text = re.sub(rf"(arn:aws:secretsmanager:[a-z0-9-]+:{ACCOUNT}:secret:)", rf"\g<1>{self.prefix}", text)
        text = re.sub(rf"(arn:aws:[a-z]+:[a-z0-9-]*:){ACCOUNT}:", rf"\g<1>{self.place.account}:", text)
        return self.place.swapped(text)

    def incoming(self, answer: Any) -> Any:
        """Translate an answer, or a text, into the words of the table."""
        return each_text(answer, self._to_table)

    def _to_table(self, text: str) -> str:
        """Translate the names, ARNs and regions within a text."""
        text = self.place.swapped(text.replace(self.prefix, ""))
        return re.sub(rf"(?<!\d){self.place.account}(?!\d)", ACCOUNT, text)


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """Return the value with each text in it changed; the names of members stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: each_text(inner, change) for name, inner in value.items()}
    return [each_text(inner, change) for inner in value] if isinstance(value, list) else value
