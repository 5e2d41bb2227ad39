"""Sample logs: what a known hospital's own export would look like, with the truth beside it."""
from hospital_twin.generator.file_formats import FILE_FORMATS
from hospital_twin.generator.recording import FAULT_KINDS
from hospital_twin.generator.rows import INTERVAL_COLUMNS, STAY_COLUMNS, interval_rows, stay_rows
from hospital_twin.generator.sample import Generated, generate
from hospital_twin.generator.shapes import SHAPES
from hospital_twin.generator.surprises import CLEAN, REALISTIC, Surprises
from hospital_twin.generator.truth import Departure, Truth, read_truth, true_hospital

__all__ = [
    "CLEAN", "FAULT_KINDS", "FILE_FORMATS", "INTERVAL_COLUMNS", "REALISTIC", "SHAPES", "STAY_COLUMNS", "Departure",
    "Generated", "Surprises", "Truth", "generate", "interval_rows", "read_truth", "stay_rows", "true_hospital",
]
