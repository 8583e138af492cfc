"""All rows, family by family."""

from __future__ import annotations

from importlib.util import find_spec

import botocore.session

from . import (
    accounts,
    agent,
    clean_up,
    creation,
    deletion,
    denials,
    events,
    extension,
    filters,
    following,
    listing,
    managed,
)
from . import passwords, policies, replication, rotation, rotation_rules, scheduled_rotation, ssm, staging, tags
from . import tokens_and_names, validation, values

FAMILIES = (
    creation,
    values,
    clean_up,
    staging,
    deletion,
    listing,
    filters,
    tags,
    tokens_and_names,
    validation,
    rotation,
    scheduled_rotation,
    rotation_rules,
    events,
    replication,
    following,
    policies,
    passwords,
    managed,
    accounts,
    denials,
)
#: The rows of the service's own API.
ROWS = [row for family in FAMILIES for row in family.ROWS]
#: All rows: test_ssm_and_agents.py runs those of SSM and of the agents.
TABLE = [*ROWS, *ssm.ROWS, *agent.ROWS, *extension.ROWS]
_MODEL = botocore.session.Session().get_service_model("secretsmanager")  # a client would look for credentials


def implemented(row) -> bool:
    """Return whether the installed service model has the operation and the members of a row, and its optional package is there."""
    if row.package and find_spec(row.package) is None:
        return False
    needed, _, member = (row.needs or row.operation).partition(".")
    if {row.operation, needed} - set(_MODEL.operation_names):
        return False
    if member and member not in _MODEL.operation_model(needed).input_shape.members:
        return False
    return set(row.call) - {"Unknown"} <= set(_MODEL.operation_model(row.operation).input_shape.members)
