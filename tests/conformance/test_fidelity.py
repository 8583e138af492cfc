"""The fidelity table in the documentation."""

from __future__ import annotations

from .fidelity import PAGE, rendered


def test_the_page_is_up_to_date():
    """`python -m tests.conformance.fidelity` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == rendered()
