"""Makes the dbt project ready for dbt: joined with the company folder, its lists written."""

from pathlib import Path

from orchestration.company_folder import join_company
from orchestration.components.metric_definitions import write_metrics
from orchestration.components.source_list import SOURCE_LIST, write_source_list
from orchestration.components.unit_families import UNIT_FAMILIES, write_unit_families
from orchestration.components.value_ranges import VALUE_RANGES, write_value_ranges
from orchestration.paths import company_dir


def prepare_project() -> list[Path]:
    """Bring up to date what dbt reads; returns the lists that were written, within the project.

    Raises CompanyFolderError, ContractError or SourceListError.
    """
    join_company()
    written = {
        SOURCE_LIST: write_source_list(),
        UNIT_FAMILIES: write_unit_families(),
        VALUE_RANGES: write_value_ranges(),
    }
    # The product's own stand in the repository; a company may have other KPIs.
    if company_dir() is not None:
        write_metrics()
    return [path for path, is_new in written.items() if is_new]
