from orchestration.components.published_marts import PublishedMarts
from orchestration.components.warehouse_models import WarehouseModels

__all__ = ["PublishedMarts", "WarehouseModels"]
