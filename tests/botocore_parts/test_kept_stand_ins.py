"""A stand-in for a method of botocore's token buckets that somebody has kept, after the last fake has stopped."""

from __future__ import annotations

from pytest_secretsdelete._botocore import retry_buckets


def test_a_kept_stand_in_is_the_original_again() -> None:
    """Where no pace is set, it calls the original and remembers nothing."""
    refilled: list[object] = []
    bucket = object()
    retry_buckets._refill(refilled.append)(bucket)
    assert refilled == [bucket]
    assert not retry_buckets._used_buckets
