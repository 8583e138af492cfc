"""Rules: rotation, and replication to the other region."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from .choices import FUNCTIONS, LAMBDA, forms, other, tokens, whoms
from .machine import Machine


class Rotating(Machine):
    """Everything that rotates and replicates."""

    @rule(
        whom=whoms,
        form=forms,
        function=st.sampled_from((None, *[f"{LAMBDA}works"] * 4, *FUNCTIONS, f"{LAMBDA}missing")),
        days=st.sampled_from((None, 1, 2, 2, 7)),
        immediately=st.sampled_from((None, True, False)),
        token=tokens,
    )
    def rotate(
        self,
        whom: int,
        form: str,
        function: str | None,
        days: int | None,
        immediately: bool | None,
        token: str | None,
    ) -> None:
        """Set up a rotation, start one, or both."""
        rules = None if days is None else {"AutomaticallyAfterDays": days}
        given = {"RotationLambdaARN": function, "RotationRules": rules, "RotateImmediately": immediately}
        self.ask("RotateSecret", whom, form, ClientRequestToken=self.token(token), **given)

    @rule(whom=whoms, form=forms)
    def cancel_rotation(self, whom: int, form: str) -> None:
        """Turn a rotation off."""
        self.ask("CancelRotateSecret", whom, form)

    @rule(whom=whoms, form=forms, same=st.integers(0, 4), overwrite=st.booleans())
    def replicate(self, whom: int, form: str, same: int, overwrite: bool) -> None:
        """Replicate a secret to the other region, or to its own."""
        region, _ = self.place(whom)
        target = region if same == 4 else other(region)
        members = {"AddReplicaRegions": [{"Region": target}], "ForceOverwriteReplicaSecret": overwrite}
        self.ask("ReplicateSecretToRegions", whom, form, **members)

    @rule(whom=whoms, form=forms)
    def remove_replica(self, whom: int, form: str) -> None:
        """Remove a replica by way of its primary."""
        region, _ = self.place(whom)
        self.ask("RemoveRegionsFromReplication", whom, form, RemoveReplicaRegions=[other(region)])

    @rule(whom=whoms, form=forms)
    def stop_replication(self, whom: int, form: str) -> None:
        """Let a replica stand alone: of a primary that was chosen, its replica."""
        region, held = self.held(whom)
        if held is not None and held.replicas:
            region = other(region)
            held = self.lookup(region, held.name)
        if held is not None:
            self.last = (region, held.name)
        self.ask("StopReplicationToReplica", 0 if held else whom, form)
