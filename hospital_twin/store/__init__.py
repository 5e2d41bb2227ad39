"""The store: studies, runs and answers with their pedigree in one SQLite file."""
from hospital_twin.store.store import Store
from hospital_twin.store.study import Listed, Study

__all__ = ["Listed", "Store", "Study"]
