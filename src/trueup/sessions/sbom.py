"""The bill of materials of what the service runs with, for whoever must know what is inside of it."""

from __future__ import annotations

from trueup.sessions._bill import write_bill
from trueup.sessions._session import Session

SESSION = Session('sbom', 'The bill of materials of the service, CycloneDX.', write_bill, place='one', default=False)
