"""Tests the active models against their golden vectors, and notes how fast they are."""

from __future__ import annotations

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.inference.supervisor import HostSupervisor
from bowerbird.core.models.registry.installed import Installed
from bowerbird.core.state import Check


class SelfTests:
    """Each call waits for the models."""

    def __init__(self, installed: Installed, supervisor: HostSupervisor) -> None:
        """``supervisor`` has the host that the models are tested in."""
        self._installed, self._supervisor = installed, supervisor

    def run(self, name: str) -> Check:
        """Test the model of this id, if it is active."""
        entry = next((entry for entry in self._installed.entries() if entry.id == name), None)
        if entry is None:
            state = next(state for state in self._installed.states() if state.id == name)
            return Check(name, False, state.trouble)
        try:
            detail, ms = self._supervisor.ask("check", name).result()
        except ModelUnavailable as error:
            return Check(entry.title, False, str(error))
        self._installed.speeds.keep(name, ms)
        return Check(entry.title, True, f"{detail}, {ms:.1f} ms an item")

    def run_all(self) -> tuple[Check, ...]:
        """Test every active model."""
        return tuple(self.run(entry.id) for entry in self._installed.entries())
