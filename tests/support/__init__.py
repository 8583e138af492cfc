"""Helpers that tests of several folders share."""

from .accounts import CROSS_ACCOUNT, OTHER_ACCOUNT, client_of
from .botocore_log import botocore_log
from .expected import hold_against
from .forks import forking
from .full_life import lead_a_full_life
from .handlers import (
    EVENTS_BEFORE_SENDING,
    INTERCEPTIONS,
    ORDERS,
    Network,
    Watch,
    force_late_interception,
    json_response,
    response,
)
from .names import LAMBDA, REGION, STEPS, TOKEN, VALUE, policy, token
from .raw import make_request, raw_request, refused, send_raw
from .rotation import Rotator, rotate_as_the_template, set_up_rotation, tick, until_the_next_due
from .running import PATIENCE, in_threads, run_interpreter, run_python, within_patience
from .showing import shows
from .switching import switch_often, switching_often

__all__ = [
    "CROSS_ACCOUNT",
    "EVENTS_BEFORE_SENDING",
    "LAMBDA",
    "ORDERS",
    "OTHER_ACCOUNT",
    "PATIENCE",
    "REGION",
    "INTERCEPTIONS",
    "STEPS",
    "TOKEN",
    "VALUE",
    "Network",
    "Rotator",
    "Watch",
    "botocore_log",
    "client_of",
    "hold_against",
    "in_threads",
    "json_response",
    "lead_a_full_life",
    "make_request",
    "policy",
    "raw_request",
    "refused",
    "response",
    "rotate_as_the_template",
    "run_interpreter",
    "run_python",
    "send_raw",
    "set_up_rotation",
    "shows",
    "switch_often",
    "switching_often",
    "force_late_interception",
    "forking",
    "tick",
    "token",
    "until_the_next_due",
    "within_patience",
]
