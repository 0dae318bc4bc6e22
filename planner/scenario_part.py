"""What every part of a scenario shares: frozen, unknown keys refused, no infinities; and the kinds of its numbers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import pydantic
from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
WHOLE = {"is_whole": True}  # as the context of a dump: with the quiet keys too


class Part(BaseModel):
    """A part of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # keys that are written only where they say something: a scenario that does not use them reads as it always did
    QUIET: ClassVar[frozenset[str]] = frozenset()

    @pydantic.model_serializer(mode="wrap")
    def _without_quiet(
        self, handler: pydantic.SerializerFunctionWrapHandler, info: pydantic.SerializationInfo
    ) -> dict[str, Any]:
        """Leave out quiet keys at their default, unless the whole of the scenario is asked for."""
        data: dict[str, Any] = handler(self)
        if (info.context or {}).get("is_whole"):
            return data
        declared = type(self).model_fields
        silent = (k for k in self.QUIET if getattr(self, k) == declared[k].get_default(call_default_factory=True))
        for key in silent:
            data.pop(key, None)
        return data
