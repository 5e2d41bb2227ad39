"""Importers: each file of this folder reads one shape of log; `read_log` finds the one that fits."""
from hospital_twin.importers._abilities import Lack
from hospital_twin.importers._count_columns import HoldsCounts
from hospital_twin.importers._finding import Check, Finding, WholeLog
from hospital_twin.importers._findings import CHECKS
from hospital_twin.importers._importer import Importer, Options, RawRows, Sample
from hospital_twin.importers._intake import importer_drawer, read_log
from hospital_twin.importers._ledger import REASONS, Ledger
from hospital_twin.importers._mapping import LogMapping, read_mapping
from hospital_twin.importers._pseudonyms import Pseudonyms, key_in, pseudonyms_of, standard_key_file
from hospital_twin.importers._report import QualityReport
from hospital_twin.importers._rows_report import FileRows
from hospital_twin.importers._series import read_series
from hospital_twin.importers._series_report import SeriesReport
from hospital_twin.importers._source import A_MAPPING

__all__ = ["A_MAPPING", "CHECKS", "REASONS", "Check", "FileRows", "Finding", "HoldsCounts", "Importer", "Lack",
           "Ledger", "LogMapping", "Options", "Pseudonyms", "QualityReport", "RawRows", "Sample", "SeriesReport",
           "WholeLog", "importer_drawer", "key_in", "pseudonyms_of", "read_log", "read_mapping", "read_series",
           "standard_key_file"]
