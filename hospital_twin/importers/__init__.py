"""Importers: each file of this folder reads one shape of log; `read_log` finds the one that fits."""
from hospital_twin.importers._abilities import Lack
from hospital_twin.importers._importer import Importer, Options, RawRows, Sample
from hospital_twin.importers._intake import importer_drawer, read_log
from hospital_twin.importers._ledger import REASONS, Ledger
from hospital_twin.importers._mapping import LogMapping, read_mapping
from hospital_twin.importers._pseudonyms import Pseudonyms, key_in, pseudonyms_of, standard_key_file
from hospital_twin.importers._report import FileRows, QualityReport
from hospital_twin.importers._source import A_MAPPING

__all__ = ["A_MAPPING", "REASONS", "FileRows", "Importer", "Lack", "Ledger", "LogMapping", "Options", "Pseudonyms",
           "QualityReport", "RawRows", "Sample", "importer_drawer", "key_in", "pseudonyms_of", "read_log",
           "read_mapping", "standard_key_file"]
