"""A source fetched as its declaration says; every problem is told, none is raised."""

from orchestration.fetching.cursors import AlreadyFetchingError
from orchestration.fetching.declarations import DeclarationError, declaration, ready
from orchestration.fetching.delivery import Fetched, deliver_new
from orchestration.landing import load_contracts


def fetch_source(source_name: str) -> Fetched:
    """Bring what is new of one source into its landing folder."""
    contracts = {contract.source_name: contract for contract in load_contracts()}
    try:
        if source_name not in contracts:
            raise DeclarationError(f"{source_name} has no contract: no such source")
        origin = ready(declaration(source_name), contracts[source_name])
        return deliver_new(source_name, origin.origin, origin.secrets)
    except (DeclarationError, AlreadyFetchingError) as error:
        return Fetched(problems=[str(error)])
