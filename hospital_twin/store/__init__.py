"""The store: studies, runs and answers with their pedigree, and imported logs, in one SQLite file."""
from hospital_twin.store.kept_logs import Imported, Kept, KeptLogs
from hospital_twin.store.store import Store
from hospital_twin.store.study import Listed, Study

__all__ = ["Imported", "Kept", "KeptLogs", "Listed", "Store", "Study"]
