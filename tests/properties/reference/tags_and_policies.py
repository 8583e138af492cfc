"""What hangs on a secret besides its versions: tags and a resource policy."""

from __future__ import annotations

import json
from typing import Any

from .records import Refused, Request, SameJson, named
from .store import Store


def check_tags(tags: list[dict[str, str]]) -> None:
    """Refuse a key that comes twice, or that AWS keeps to itself."""
    keys = [tag["Key"] for tag in tags]
    if len(set(keys)) < len(keys) or any(key.lower().startswith("aws:") for key in keys):
        raise Refused("InvalidParameterException")


def tag_resource(store: Store, request: Request) -> dict[str, Any]:
    """TagResource."""
    held, tags = store.primary(request), request.get("Tags")
    check_tags(tags)
    if tags:
        with store.change(held, request.at):
            held.tags = {**(held.tags or {}), **{tag["Key"]: tag["Value"] for tag in tags}}
    return {}


def untag_resource(store: Store, request: Request) -> dict[str, Any]:
    """UntagResource."""
    held, keys = store.primary(request), set(request.get("TagKeys"))
    if held.tags and keys & set(held.tags):
        with store.change(held, request.at):
            held.tags = {key: value for key, value in held.tags.items() if key not in keys}
    return {}


def put_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """PutResourcePolicy."""
    held = store.primary(request)
    check_policy(request.get("ResourcePolicy"))
    with store.change(held, request.at):
        held.policy = request.get("ResourcePolicy")
    return named(held)


def check_policy(document: str) -> None:
    """Refuse what is not JSON."""
    try:
        json.loads(document)
    except ValueError:
        raise Refused("MalformedPolicyDocumentException") from None


def get_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """GetResourcePolicy."""
    held = store.usable(request)
    return named(held) if held.policy is None else named(held, ResourcePolicy=SameJson(held.policy))


def delete_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """DeleteResourcePolicy."""
    held = store.primary(request)
    if held.policy is not None:
        with store.change(held, request.at):
            held.policy = None
    return named(held)


def list_resource_policies(store: Store, request: Request) -> dict[str, Any]:
    """ListResourcePolicies."""
    held = store.usable(request)
    return {"ResourcePolicies": [] if held.policy is None else [{"PolicyName": "default"}]}


def validate_resource_policy(store: Store, request: Request) -> dict[str, Any]:
    """ValidateResourcePolicy, for policies that are fine or no JSON at all."""
    if "SecretId" in request:
        store.find(request)
    check_policy(request.get("ResourcePolicy"))
    return {"PolicyValidationPassed": True, "ValidationErrors": []}
