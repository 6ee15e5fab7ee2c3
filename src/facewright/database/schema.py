"""Every table there is, in one metadata."""

from facewright.database.base import Base
from facewright.database.tables import accounts, management

TABLES = (accounts, management)
metadata = Base.metadata
