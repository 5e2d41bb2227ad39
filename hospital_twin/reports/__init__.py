"""Reports: an answer as tables, sentences and pictures, and as one file to read, print and send."""
from hospital_twin.reports.answers import Answer, AnswerRow, Cell, answer_rows
from hospital_twin.reports.beside import SAME_LOG, BesideRow, beside_rows, beside_sentence
from hospital_twin.reports.log_page import write_log_page
from hospital_twin.reports.outcome import Change, Finding, findings
from hospital_twin.reports.weeks import TypicalWeek, telling_places, typical_week
from hospital_twin.reports.wording import Verdict
from hospital_twin.reports.write import assumptions, fact_line, pedigree_lines, write_report

__all__ = [
    "SAME_LOG", "Answer", "AnswerRow", "BesideRow", "Cell", "Change", "Finding", "TypicalWeek", "Verdict",
    "answer_rows", "assumptions", "beside_rows", "beside_sentence", "fact_line", "findings", "pedigree_lines",
    "telling_places", "typical_week", "write_log_page",
    "write_report",
]
