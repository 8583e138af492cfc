"""Sharing between sessions, while a fake is active: what botocore reads, parses and inspects anew for each of them.

Most of the time for the first client of a new session goes into parsing the endpoints of every service, and listing
the directories of every service. The parsed data is shared, not the objects: each session receives copies of its own,
and botocore's loaders keep their search paths and caches.
"""

from __future__ import annotations

from typing import Any

from . import shared_files, shared_handlers
from .replacing import Replacement, Replacements


def _table() -> tuple[Replacement, ...]:
    import botocore.session  # loads the other modules

    loaders: Any = botocore.loaders
    hooks: Any = botocore.hooks
    session: Any = botocore.session.Session
    return (
        Replacement(loaders.JSONFileLoader, "_load_file", shared_files.load_file),
        Replacement(loaders.Loader, "list_available_services", shared_files.list_available_services),
        Replacement(session, "_register_endpoint_resolver", shared_files.register_endpoint_resolver),
        Replacement(session, "_register_builtin_handlers", shared_handlers.register_builtin_handlers),
        Replacement(hooks, "accepts_kwargs", shared_handlers.accepts_kwargs),
        Replacement(hooks.EventAliaser, "__init__", shared_handlers.init_aliaser),
        Replacement(hooks._PrefixTrie, "__copy__", shared_handlers.copy_trie),
    )


#: Held by every active fake with `share_botocore_data`.
REPLACEMENTS = Replacements(_table)
