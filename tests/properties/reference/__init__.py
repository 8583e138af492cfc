"""AWS Secrets Manager in small: what the fake is compared with.

Plain lists and dictionaries, one account, two regions, everything in whole milliseconds. It is written from
what AWS documents and from what is recorded of AWS, and shares nothing with the fake. Of the fake's answers
it takes only what the fake is free to choose: the random end of an ARN, random version ids, and the texts of
NextTokens. A refusal's text of None stands for one that nobody has published.
"""

from .records import CURRENT, DAY, DEFAULT_KEY, PENDING, PREVIOUS, Held, HeldVersion, Refused, Struck, arn_pattern
from .rotation import rotate_like_the_template
from .service import Reference
from .troubles import Fault

__all__ = [
    "CURRENT",
    "DAY",
    "DEFAULT_KEY",
    "PENDING",
    "PREVIOUS",
    "Fault",
    "Held",
    "HeldVersion",
    "Reference",
    "Refused",
    "Struck",
    "arn_pattern",
    "rotate_like_the_template",
]
