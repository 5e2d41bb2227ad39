"""KPIs: each file of this folder is one, from its sourced definition to its numbers."""
from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis._framework import (
    KPI_TABLE_COLUMNS,
    Kpi,
    KpiTable,
    Measured,
    NotComputable,
    Statistic,
    Window,
    answering,
    compute_kpis,
    kpi_drawer,
)

__all__ = [
    "KPI_TABLE_COLUMNS", "WHOLE_HOSPITAL", "Kpi", "KpiTable", "Measured", "NotComputable", "Statistic", "Window",
    "answering", "compute_kpis", "kpi_drawer",
]
