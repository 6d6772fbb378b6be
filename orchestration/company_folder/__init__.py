"""What a company has of its own, in a folder outside the repository: seeds, sources, models.

`joining` puts it together with the product's project.
"""

from orchestration.company_folder.joining import CompanyFolderError, join_company

__all__ = ["CompanyFolderError", "join_company"]
