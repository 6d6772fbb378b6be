from orchestration.components.published_marts import PublishedMarts
from orchestration.components.source_tables import SourceTables
from orchestration.components.warehouse_models import WarehouseModels

__all__ = ["PublishedMarts", "SourceTables", "WarehouseModels"]
