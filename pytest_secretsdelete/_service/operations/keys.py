"""KmsKeyId: a text that names a KMS key. No key is looked up: every text that could name one is accepted."""

from __future__ import annotations

import re

from .. import errors

_ALIAS = "alias/[A-Za-z0-9/_-]+"
_KEY = re.compile(rf"{_ALIAS}|[A-Za-z0-9_-]+|arn:[\w-]+:kms:[\w-]*:[0-9]*:({_ALIAS}|key/[A-Za-z0-9-]+)")
#: Seen of AWS; which texts can name no key is inferred from the forms in KMS's own documentation of KeyId.
NO_KEY = "The operation failed because of an invalid KMS key: Invalid keyId"


def checked_key(kms_key_id: str | None) -> str | None:
    """Return a key as it was given, or None for none; refuse a text that is no key id, alias or ARN of either."""
    if kms_key_id and not _KEY.fullmatch(kms_key_id):
        raise errors.invalid_parameter(NO_KEY)
    return kms_key_id or None
