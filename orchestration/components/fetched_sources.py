"""Sources that are fetched, as assets: one each, upstream of what it lands.

How something is fetched is in `orchestration.fetching`.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.fetching.child import fetch_in_child
from orchestration.fetching.delivery import Fetched
from orchestration.landing.switches import enabled_now

GROUP = "fetching"
FETCHED = "everything_was_fetched"


class FetchedSources(dg.Component, dg.Model):
    """Every source that is declared to be fetched, brought into its landing folder."""

    source_names: Sequence[str]
    owner: str

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Build an asset with one check per source."""
        return dg.Definitions(assets=[self._fetched(name) for name in self.source_names])

    def _fetched(self, source_name: str) -> dg.AssetsDefinition:
        key = fetched_key(source_name)

        @dg.asset(
            key=key,
            group_name=GROUP,
            owners=[self.owner],
            description=f"Files of {source_name}, brought into its landing folder.",
            check_specs=[
                dg.AssetCheckSpec(
                    FETCHED,
                    asset=key,
                    description="The origin answered, and all that it has was brought.",
                )
            ],
        )
        def fetched(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
            outcome = _fetched_if_enabled(source_name)
            for line in outcome.told(source_name):
                context.log.info(line)
            # Materialized in any case: what was brought before is landed without its origin.
            yield dg.MaterializeResult(
                metadata={"files": len(outcome.delivered)},
                check_results=[fetched_check(key, outcome)],
            )

        return fetched


def fetched_key(source_name: str) -> dg.AssetKey:
    """The asset that a source's landing waits for."""
    return dg.AssetKey(["fetched", source_name])


def fetched_check(key: dg.AssetKey, outcome: Fetched) -> dg.AssetCheckResult:
    """Whether nothing kept the origin from being brought. It warns: the others go on."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=FETCHED,
        passed=not outcome.problems,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"problems": dg.MetadataValue.json(outcome.problems)},
    )


def _fetched_if_enabled(source_name: str) -> Fetched:
    """A source that the company does not have is not asked."""
    return fetch_in_child(source_name) if enabled_now([source_name]) else Fetched()
