"""Finds which tests call which function, with mutmut; a program of its own, so that it imports the mutated copy of all."""

from __future__ import annotations

from mutmut import __main__ as mutmut
from mutmut.state import state
from mutmut.utils.format_utils import get_mutant_name

if __name__ == "__main__":
    mutmut.setup_source_paths()
    for path in mutmut.walk_mutatable_files():
        data = mutmut.SourceFileMutationData(path=path)
        data.load()
        hashes = {get_mutant_name(path, name): value for name, value in data.hash_by_function_name.items()}
        state().current_function_hashes.update(hashes)
    mutmut.collect_or_load_stats(mutmut.get_mutant_runner(1), apply_config_invalidation=True)
