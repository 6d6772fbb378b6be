from orchestration.components.fetched_sources import FetchedSources
from orchestration.components.published_marts import PublishedMarts
from orchestration.components.source_tables import SourceTables
from orchestration.components.warehouse_models import WarehouseModels

__all__ = ["FetchedSources", "PublishedMarts", "SourceTables", "WarehouseModels"]
